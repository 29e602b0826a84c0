"""Addresses of the pages of 系统管理员."""

from django.urls import path

from ganzhou.system import views

app_name = "system"

urlpatterns = [
    path("tasks/", views.TasksView.as_view(), name="tasks"),
    path("tasks/revive/", views.ReviveView.as_view(), name="revive"),
]
