"""Addresses of committees and mediators under /api/v1/."""

from django.urls import path

from mediators.api.views import CommitteesView, MediatorsView

urlpatterns = [
    path("committees/", CommitteesView.as_view(), name="committees"),
    path("mediators/", MediatorsView.as_view(), name="mediators"),
]
