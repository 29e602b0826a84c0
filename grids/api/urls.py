"""Addresses of the places under /api/v1/."""

from django.urls import path

from grids.api.views import DivisionsView

urlpatterns = [path("divisions/", DivisionsView.as_view(), name="divisions")]
