"""Addresses of residence and duty."""

from django.urls import path

from rosters.views import residencies, swaps, today, week

app_name = "rosters"

urlpatterns = [
    path("", today.TodayView.as_view(), name="today"),
    path("week/", week.WeekView.as_view(), name="week"),
    path("week/copy/", week.CopyView.as_view(), name="copy"),
    path("swaps/", swaps.SwapsView.as_view(), name="swaps"),
    path("shifts/<int:pk>/swap/", swaps.AskSwapView.as_view(), name="ask_swap"),
    path("swaps/<int:pk>/accept/", swaps.AnswerView.as_view(verb="accept"), name="accept_swap"),
    path("swaps/<int:pk>/refuse/", swaps.RefuseView.as_view(), name="refuse_swap"),
    path("swaps/<int:pk>/withdraw/", swaps.AnswerView.as_view(verb="withdraw"), name="withdraw_swap"),
    path("departments/", residencies.ResidenciesView.as_view(), name="residencies"),
    path("departments/add/", residencies.AddView.as_view(), name="add_residency"),
    path("departments/<int:pk>/", residencies.ResidencyView.as_view(), name="residency"),
    path("departments/<int:pk>/amend/", residencies.AmendView.as_view(), name="amend_residency"),
    path("departments/<int:pk>/duties/", residencies.DutiesView.as_view(), name="duties"),
]
