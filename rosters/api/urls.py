"""Addresses of duty under /api/v1/."""

from django.urls import path

from rosters.api.views import RostersView

urlpatterns = [path("rosters/", RostersView.as_view(), name="rosters")]
