"""Addresses of the case under /api/v1/."""

from django.urls import path

from disputes.api import views

urlpatterns = [
    path("disputes/", views.DisputesView.as_view(), name="disputes"),
    path("disputes/<str:code>/", views.DisputeView.as_view(), name="dispute-detail"),
    path("disputes/<str:code>/transitions/<str:name>/", views.TransitionView.as_view(), name="dispute-transition"),
    path("categories/", views.CategoriesView.as_view(), name="categories"),
    path("transitions/", views.TransitionsView.as_view(), name="transitions"),
]
