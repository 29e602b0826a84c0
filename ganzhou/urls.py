"""Root of all addresses."""

from django.urls import include, path

from ganzhou import errors, health, home, styleguide

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("help/", home.HelpView.as_view(), name="help"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    path("api/", include("ganzhou.api")),
    path("reports/", include("reports.urls")),
    path("posts/", include("posts.urls")),
    path("centre/", include("centre.urls")),
    path("notices/", include("notices.urls")),
    path("imports/", include("imports.urls")),
    path("system/calendar/", include("ganzhou.workcalendar.urls")),
    path("system/", include("ganzhou.system.urls")),
    path("rosters/", include("rosters.urls")),
    path("", include("mediators.urls")),
    path("", include("disputes.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
