"""The addresses of ``small_api`` in front of the real ones."""

from django.urls import include, path

from tests.small_api import NamelessView, RefusingView, ThingView, refusing_page

urlpatterns = [
    path("api/things/", ThingView.as_view()),
    path("api/refusing/<str:how>/", RefusingView.as_view()),
    path("api/nameless/", NamelessView.as_view()),
    path("refusing/<str:how>/", refusing_page),
    path("", include("ganzhou.urls")),
]

handler400 = "ganzhou.errors.bad_request"
handler403 = "ganzhou.errors.forbidden"
handler404 = "ganzhou.errors.not_found"
handler500 = "ganzhou.errors.server_error"
