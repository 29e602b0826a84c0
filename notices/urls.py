"""Addresses of the message centre."""

from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [
    path("", views.CentreView.as_view(), name="centre"),
    path("read/", views.ReadAllView.as_view(), name="read_all"),
    path("<int:pk>/", views.OpenView.as_view(), name="open"),
]
