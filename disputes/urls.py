"""Addresses of the case pages.  One for each transition of the table, by its name."""

from django.urls import path, register_converter

from disputes.codes import CaseCode
from disputes.views import (
    case,
    desk,
    dispatch,
    drafts,
    export,
    extensions,
    intake,
    lists,
    parties,
    pickers,
    routing,
    rules,
    search,
    supervision,
    urging,
)
from disputes.workflow import TRANSITIONS

register_converter(CaseCode, "case")

app_name = "disputes"

urlpatterns = [
    path("desk/", desk.DeskView.as_view(), name="desk"),
    path("disputes/", lists.ListPage.as_view(), name="list"),
    path("disputes/columns/", lists.ColumnsView.as_view(), name="columns"),
    path("disputes/export/", export.ExportView.as_view(), name="export"),
    path("disputes/new/", intake.IntakeView.as_view(), name="new"),
    path("disputes/new/check/", intake.DuplicatesView.as_view(), name="check"),
    path("disputes/new/suggest/", intake.SuggestView.as_view(), name="suggest"),
    path("disputes/drafts/", drafts.DraftsView.as_view(), name="drafts"),
    path("disputes/drafts/save/", drafts.SaveDraftView.as_view(), name="save_draft"),
    path("disputes/drafts/<uuid:uid>/delete/", drafts.DeleteDraftView.as_view(), name="delete_draft"),
    path("disputes/mediators/", pickers.MediatorsView.as_view(), name="mediators"),
    path("disputes/dispatch/", dispatch.BoardView.as_view(), name="dispatch"),
    path("disputes/dispatch/batch/", dispatch.BatchAssignView.as_view(), name="batch_assign"),
    path("disputes/<case:code>/preview/", dispatch.PreviewView.as_view(), name="preview"),
    path("disputes/<case:code>/", case.CaseView.as_view(), name="detail"),
    path("disputes/<case:code>/receipt/", intake.ReceiptView.as_view(), name="receipt"),
    path("disputes/<case:code>/print/", case.PrintView.as_view(), name="print"),
    path("disputes/<case:code>/parties/<uuid:uid>/reveal/", case.RevealView.as_view(), name="reveal"),
    path("disputes/<case:code>/parties/<uuid:uid>/amend/", parties.AmendPartyView.as_view(), name="amend_party"),
    path("disputes/<case:code>/parties/add/", parties.AddPartyView.as_view(), name="add_party"),
    path("rules/", rules.RulesView.as_view(), name="rules"),
    path("rules/<slug:key>/", rules.LimitView.as_view(), name="limit"),
    path("rules/<slug:key>/warning/", rules.WarningView.as_view(), name="warning_rule"),
    path("routing/", routing.RoutingView.as_view(), name="routing"),
    path("routing/draft/", routing.DraftView.as_view(), name="routing_draft"),
    path("routing/draft/rules/new/", routing.AddRuleView.as_view(), name="routing_add"),
    path("routing/draft/rules/<int:pk>/", routing.ChangeRuleView.as_view(), name="routing_change"),
    path("routing/draft/rules/<int:pk>/move/", routing.MoveRuleView.as_view(), name="routing_move"),
    path("routing/draft/rules/<int:pk>/delete/", routing.DeleteRuleView.as_view(), name="routing_delete"),
    path("routing/draft/publish/", routing.PublishView.as_view(), name="routing_publish"),
    path("routing/draft/discard/", routing.DiscardView.as_view(), name="routing_discard"),
    path("routing/try/", routing.TryView.as_view(), name="routing_try"),
    path("routing/replay/", routing.ReplayView.as_view(), name="routing_replay"),
    path("routing/versions/<int:number>/", routing.VersionView.as_view(), name="routing_version"),
    path("disputes/urge/", urging.UrgeManyView.as_view(), name="urge_many"),
    path("supervision/", supervision.SupervisionView.as_view(), name="supervision"),
    path("supervision/export/", export.SupervisionExportView.as_view(), name="export_supervision"),
    path("extensions/", extensions.ExtensionsView.as_view(), name="extensions"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("places/", pickers.PlacesView.as_view(), name="places"),
    path("categories/", pickers.CategoriesView.as_view(), name="categories"),
    *(
        path(f"disputes/<case:code>/{name}/", case.TransitionView.as_view(transition=name), name=name)
        for name in TRANSITIONS
    ),
]
