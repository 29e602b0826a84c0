"""催办 for several cases at once: those ticked in a list, or all of a list.  Each gets its own answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.choices import labels
from common.errors import NotPermitted, NotVisible, Refusal
from disputes import listing, presentation, services
from disputes.choices import OPEN_STATES
from disputes.filters import DisputeFilter, midnight
from disputes.models import Dispute, DisputeEvent
from disputes.querysets import DisputeQuerySet
from disputes.reach import rows_for
from disputes.views import lists
from disputes.workflow import TRANSITIONS

URGE = TRANSITIONS["urge"]
#: As many as one request does; what is left is one more click.
MOST_AT_ONCE = 200
#: One line to the office, like the field of the step itself.
LONGEST_NOTE = 200

LABEL = {
    "done": ("已催办", "green"),
    "again": ("今天已催办", "grey"),
    "refused": ("没有催办", "red"),
    "left": ("还没轮到", "amber"),
}


@dataclass
class Line:
    """One case on the page of results."""

    code: str
    outcome: str
    sentence: str = ""
    row: dict[str, Any] | None = None

    @property
    def label(self) -> str:
        return LABEL[self.outcome][0]

    @property
    def color(self) -> str:
        return LABEL[self.outcome][1]


def urged_today(rows: DisputeQuerySet) -> Exists:
    """Condition: somebody urged this case today."""
    today = midnight(timezone.localdate())
    return Exists(DisputeEvent.objects.filter(dispute=OuterRef("pk"), name="urge", at__gte=today))


class UrgeManyView(View):
    """GET with the conditions of a list: how many that are, and the button.  POST: urge them, or those ticked."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.holds(*URGE.roles):
            raise NotPermitted(f"“催办”由{labels(URGE.roles)}办理。")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        codes = lists.ticked(request)
        if codes:
            return self.results(request, codes)
        if request.POST.get("all"):
            waiting = self.to_urge(request)
            return self.results(request, list(waiting.values_list("code", flat=True)[:MOST_AT_ONCE]))
        return redirect(_back(request))

    # ---- which cases

    def conditions(self, request: HttpRequest) -> DisputeFilter:
        return DisputeFilter(request.GET, Dispute.objects.visible_to(request.user), request=request)

    def mine(self, request: HttpRequest) -> DisputeQuerySet:
        """The cases of the list that this person may urge at all."""
        rows: Any = self.conditions(request).qs
        return rows.filter(rows_for(request.user, *URGE.roles), status__in=sorted(OPEN_STATES))  # type: ignore[no-any-return]

    def to_urge(self, request: HttpRequest) -> DisputeQuerySet:
        """Those not urged today, the longest overdue first."""
        rows = self.mine(request)
        return rows.exclude(urged_today(rows)).order_by(*listing.ORDERS["due"].expressions())

    # ---- pages

    def ask(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        chosen = self.conditions(request)
        total, left = self.mine(request).count(), self.to_urge(request).count()
        context = {
            "view": chosen.view,
            "total": total,
            "left": left,
            "urged": total - left,
            "now": min(left, MOST_AT_ONCE),
            "most": MOST_AT_ONCE,
            "action": request.get_full_path(),
            "longest": LONGEST_NOTE,
            "back_url": lists.address(request.GET),
            "errors": [sentence for faults in chosen.form.errors.values() for sentence in faults],
        }
        return render(request, "disputes/urge.html", context, status=status)

    def results(self, request: HttpRequest, codes: list[str]) -> HttpResponse:
        given = Dispute.objects.visible_to(request.user).filter(code__in=codes)
        already = set(given.filter(urged_today(given)).values_list("code", flat=True))
        cases = {case.code: case for case in listing.load(list(given.values_list("pk", flat=True)))}
        note = request.POST.get("note", "").replace("\0", "").strip()[:LONGEST_NOTE]
        today = timezone.localdate()
        lines = []
        for number, code in enumerate(codes):
            case = cases.get(code)
            row = presentation.row(case, today) if case else None
            if case is None:
                lines.append(Line(code, "refused", NotVisible().sentence))
            elif code in already:
                lines.append(Line(code, "again", "今天已经催办过，明天可以再催。", row))
            elif number >= MOST_AT_ONCE:
                lines.append(Line(code, "left", f"一次最多催办 {MOST_AT_ONCE} 件，请再催办一次。", row))
            else:
                lines.append(self.urge(request, case, row, note))
        context: dict[str, Any] = {
            "lines": lines,
            "counts": Counter(line.outcome for line in lines),
            "again": [line.code for line in lines if line.outcome in ("left", "refused") and line.row],
            "note": note,
            "back_url": _back(request),
            "action": request.get_full_path(),
        }
        if request.POST.get("all"):
            context["left"] = self.to_urge(request).count()
        return render(request, "disputes/urge_results.html", context)

    @staticmethod
    def urge(request: HttpRequest, case: Dispute, row: dict[str, Any] | None, note: str) -> Line:
        try:
            done = services.perform(case, "urge", by=request.user, data={"note": note})
        except Refusal as refusal:
            return Line(case.code, "refused", refusal.sentence, row)
        said = done.events.first()
        return Line(case.code, "done", said.text if said else "", row)


def _back(request: HttpRequest) -> str:
    """The list the button stood in, as the browser names it; never another site."""
    if request.GET:
        return lists.address(request.GET)
    came_from = request.headers.get("Referer", "")
    here = {reverse("disputes:list"), reverse("disputes:supervision")}
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        if parts.path in here:
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{reverse('disputes:list')}?tab=late"
