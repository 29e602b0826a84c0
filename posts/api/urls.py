"""Addresses of posts under /api/v1/."""

from django.urls import path

from posts.api.views import PostsView

urlpatterns = [path("posts/", PostsView.as_view(), name="posts")]
