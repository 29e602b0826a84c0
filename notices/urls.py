"""Addresses of the message centre."""

from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [
    path("", views.CentreView.as_view(), name="centre"),
    path("read/", views.ReadAllView.as_view(), name="read_all"),
    path("digest/", views.DigestView.as_view(), name="digest"),
    path("preferences/", views.PreferenceView.as_view(), name="preferences"),
    path("<int:pk>/", views.OpenView.as_view(), name="open"),
]
