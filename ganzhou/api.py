"""Addresses under /api/: the interface of each app, its description, and a page to try it on."""

from django.urls import include, path

from ganzhou import apidocs

app_name = "api"

urlpatterns = [
    path("v1/", include("disputes.api.urls")),
    path("v1/", include("grids.api.urls")),
    path("v1/", include("mediators.api.urls")),
    path("v1/", include("posts.api.urls")),
    path("v1/", include("rosters.api.urls")),
    path("v1/schema/", apidocs.SchemaView.as_view(), name="schema"),
    path("docs/", apidocs.DocsView.as_view(), name="docs"),
]
