"""Addresses under /posts/."""

from django.urls import include, path, re_path

from posts.views import board, chiefs, officers, village

app_name = "posts"

#: A statistical code, so that no other word is taken for one.
CODE = r"(?P<code>[0-9]{12})"

urlpatterns = [
    path("", include("posts.visits.urls")),
    path("", board.BoardView.as_view(), name="board"),
    path("six/", village.SixView.as_view(), name="six"),
    path("export/", board.ExportView.as_view(), name="export"),
    re_path(rf"^villages/{CODE}/$", village.VillageView.as_view(), name="village"),
    re_path(rf"^villages/{CODE}/(?P<kind>[a-z]+)/$", village.FillView.as_view(), name="fill"),
    path("holdings/<int:pk>/end/", village.EndView.as_view(), name="end"),
    path("holdings/<int:pk>/renew/", village.RenewView.as_view(), name="renew"),
    path("officers/", officers.OfficersView.as_view(), name="officers"),
    path("officers/new/", officers.EnrolView.as_view(), name="enrol"),
    path("officers/search/", officers.SearchView.as_view(), name="officer_search"),
    path("officers/<int:pk>/", officers.OfficerView.as_view(), name="officer"),
    path("officers/<int:pk>/amend/", officers.AmendView.as_view(), name="amend_officer"),
    path("officers/<int:pk>/leave/", officers.LeaveView.as_view(), name="leave"),
    path("officers/<int:pk>/handover/", officers.HandOverView.as_view(), name="hand_over"),
    path("leaves/<int:pk>/end/", officers.EndLeaveView.as_view(), name="end_leave"),
    path("chiefs/", chiefs.ChiefsView.as_view(), name="chiefs"),
    re_path(rf"^chiefs/{CODE}/$", chiefs.AreaView.as_view(), name="area"),
]
