"""Addresses of who answers for which village."""

from django.urls import include, path

app_name = "posts"

urlpatterns = [path("", include("posts.visits.urls"))]
