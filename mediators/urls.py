"""Addresses of committees, mediators and the lists for the court."""

from django.urls import path

from mediators.views import committees, court_lists, mediators

app_name = "mediators"

urlpatterns = [
    path("committees/", committees.CommitteesView.as_view(), name="committees"),
    path("committees/new/", committees.FoundView.as_view(), name="found"),
    path("committees/minority-places/", committees.MinorityView.as_view(), name="minority"),
    path("committees/<int:pk>/", committees.CommitteeView.as_view(), name="committee"),
    path("committees/<int:pk>/edit/", committees.AmendView.as_view(), name="amend_committee"),
    path("committees/<int:pk>/members/new/", committees.SeatView.as_view(), name="seat"),
    path("committees/<int:pk>/members/<int:seat>/leave/", committees.LeaveSeatView.as_view(), name="leave_seat"),
    path("committees/<int:pk>/election/", committees.ElectView.as_view(), name="elect"),
    path("mediators/", mediators.MediatorsView.as_view(), name="mediators"),
    path("mediators/new/", mediators.AppointView.as_view(), name="appoint"),
    path("mediators/<int:pk>/", mediators.MediatorView.as_view(), name="mediator"),
    path("mediators/<int:pk>/edit/", mediators.AmendView.as_view(), name="amend_mediator"),
    path("mediators/<int:pk>/status/", mediators.StatusView.as_view(), name="status"),
    path("mediators/<int:pk>/training/new/", mediators.TrainingView.as_view(), name="training"),
    path(
        "mediators/<int:pk>/training/<int:training>/delete/",
        mediators.ForgetTrainingView.as_view(),
        name="forget_training",
    ),
    path("court-lists/", court_lists.CourtListsView.as_view(), name="court_lists"),
    path("court-lists/<int:pk>/", court_lists.CourtListView.as_view(), name="court_list"),
    path("court-lists/<int:pk>/print/", court_lists.PrintCourtListView.as_view(), name="print_court_list"),
    path("court-lists/<int:pk>/export/", court_lists.ExportCourtListView.as_view(), name="export_court_list"),
    path("court-lists/<int:pk>/send/", court_lists.SendView.as_view(), name="send_court_list"),
    path("court-lists/<int:pk>/void/", court_lists.VoidView.as_view(), name="void_court_list"),
]
