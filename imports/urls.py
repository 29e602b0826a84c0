"""Addresses of the wizard."""

from django.urls import path

from imports import views

app_name = "imports"

urlpatterns = [
    path("", views.IndexView.as_view(), name="index"),
    path("missing/", views.MissingView.as_view(), name="missing"),
    path("jobs/<uuid:uid>/", views.JobView.as_view(), name="job"),
    path("jobs/<uuid:uid>/progress/", views.ProgressView.as_view(), name="progress"),
    path("jobs/<uuid:uid>/commit/", views.CommitView.as_view(), name="commit"),
    path("jobs/<uuid:uid>/cancel/", views.CancelView.as_view(), name="cancel"),
    path("jobs/<uuid:uid>/problems/", views.ProblemsView.as_view(), name="problems"),
    path("<slug:key>/", views.SheetView.as_view(), name="sheet"),
    path("<slug:key>/template/", views.TemplateView.as_view(), name="template"),
    path("<slug:key>/export/", views.ExportView.as_view(), name="export"),
]
