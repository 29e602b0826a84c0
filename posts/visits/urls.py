"""Addresses of 入格日志, under those of posts."""

from django.urls import path

from posts.visits import views

urlpatterns = [
    path("visits/", views.VisitsView.as_view(), name="visits"),
    path("visits/new/", views.NewVisitView.as_view(), name="new_visit"),
    path("visits/<uuid:uid>/", views.VisitView.as_view(), name="visit"),
    path("visits/<uuid:uid>/amend/", views.AmendVisitView.as_view(), name="amend_visit"),
]
