"""督办: cards and orders by what is to be done about them, each with the one step this reader should take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import labels
from common.errors import NotPermitted
from common.paging import paged
from disputes import presentation, watching
from disputes.choices import SupervisionKind
from disputes.filters import COUNTED_TO, capped
from disputes.listing import PARTY_COLUMNS
from disputes.models import Party, Supervision
from disputes.querysets import SupervisionQuerySet
from disputes.reach import roles_on
from disputes.workflow import SUPERVISION, TRANSITIONS
from grids.choices import Level
from grids.models import Division

URGE = TRANSITIONS["urge"].roles


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    rows: Q
    tone: str = ""


OPEN = Q(lifted_at=None)
TABS = (
    Tab("waiting", "待回复", OPEN & Q(replied_at=None), "soon"),
    Tab("answered", "已回复未解除", OPEN & Q(replied_at__isnull=False)),
    Tab("red", "红牌", OPEN & Q(kind=SupervisionKind.RED), "late"),
    Tab("yellow", "黄牌", OPEN & Q(kind=SupervisionKind.YELLOW), "soon"),
    Tab("listed", "挂牌", OPEN & Q(kind=SupervisionKind.LISTED), "late"),
    Tab("letter", "预警函", OPEN & Q(kind=SupervisionKind.LETTER)),
    Tab("lifted", "已解除", Q(lifted_at__isnull=False)),
)
BY_KEY = {tab.key: tab for tab in TABS}


class Conditions(forms.Form):
    """Where, and which office answers."""

    township = forms.ChoiceField(label="乡镇（街道）", required=False)
    office = forms.CharField(
        label="责任单位", required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": "名称中的词"})
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        towns = Division.objects.visible_to(user).filter(level=Level.TOWNSHIP, abolished_on=None)
        self.fields["township"].choices = [("", "全部乡镇"), *towns.order_by("code").values_list("code", "name")]

    def narrow(self, rows: SupervisionQuerySet) -> SupervisionQuerySet:
        """A value that cannot be read is left out; its field says why."""
        self.is_valid()
        if township := self.cleaned_data.get("township"):
            rows = rows.filter(dispute__township=township)
        if office := (self.cleaned_data.get("office") or "").strip():
            rows = rows.filter(Q(office__name__contains=office) | Q(office__short_name__contains=office))
        return rows

    @property
    def applied(self) -> int:
        return sum(1 for value in self.cleaned_data.values() if value)


class ReadersView(View):
    """For those who issue, answer or lift.  Others read whose page it is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.holds(*SUPERVISION):
            raise NotPermitted(f"“督办”由{labels(SUPERVISION)}办理。")
        return super().dispatch(request, *args, **kwargs)


def in_tab(rows: SupervisionQuerySet, tab: Tab) -> SupervisionQuerySet:
    """What waits for a reply by its day; the rest newest first."""
    chosen = rows.filter(tab.rows)
    return chosen.to_be_answered_first() if tab.key == "waiting" else chosen.order_by("-issued_at", "-pk")


def tab_counts(rows: SupervisionQuerySet) -> dict[str, int]:
    """Open ones in one pass; what was lifted grows with the years and is counted to ``COUNTED_TO`` + 1."""
    found = rows.open().aggregate(**{tab.key: Count("pk", filter=tab.rows) for tab in TABS if tab.key != "lifted"})
    found["lifted"] = rows.filter(BY_KEY["lifted"].rows).order_by()[: COUNTED_TO + 1].count()
    return found


def first_tab(user: Any, counts: dict[str, int]) -> Tab:
    """Whoever lifts and does not answer begins with what was answered, if anything was."""
    lifts = user.holds(*TRANSITIONS["lift_supervision"].roles) and not user.holds(
        *TRANSITIONS["answer_supervision"].roles
    )
    return BY_KEY["answered" if lifts and counts["answered"] else "waiting"]


def for_list(rows: SupervisionQuerySet) -> SupervisionQuerySet:
    """Everything a row shows, in a fixed number of queries."""
    return rows.select_related(
        "dispute__category__parent", "dispute__mediator", "office", "issued_by", "replied_by", "lifted_by"
    ).prefetch_related(Prefetch("dispute__parties", Party.objects.only(*PARTY_COLUMNS)))


def row_for(one: Supervision, user: Any, today: Any) -> dict[str, Any]:
    """A card or order as the list shows it, with its one step."""
    case = one.dispute
    step = watching.step_on(one, roles_on(case, user))
    return watching.card(one, today, presentation.scrubber(case)) | {
        "code": case.code,
        "url": f"/disputes/{case.code}/",
        "title": presentation.title(case),
        "status_label": presentation.STATUS_LABEL[case.status],
        "status_color": presentation.COLOR[case.status],
        "verb": step.label if step else "打开",
        "verb_url": reverse(f"disputes:{step.name}", args=[case.code]) + "?then=supervision"
        if step
        else f"/disputes/{case.code}/",
        "is_mine": step is not None,
    }


class SupervisionView(ReadersView):
    """All of it is in the address; script is not needed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, today = request.user, timezone.localdate()
        conditions = Conditions(request.GET, user=user)
        rows = conditions.narrow(Supervision.objects.visible_to(user))
        counts = tab_counts(rows)
        current = BY_KEY.get(request.GET.get("tab", "")) or first_tab(user, counts)
        page = paged(request, for_list(in_tab(rows, current)))
        reset = f"{request.path}?tab={current.key}"
        fields = [conditions[name] for name in ("office", "township")]
        if len(conditions.fields["township"].choices) < 3:  # one township: nothing to choose
            fields.pop()
        context = {
            "tab": current,
            "tabs": [_tab(request, one, counts, one is current) for one in TABS],
            "rows": [row_for(one, user, today) for one in page.rows],
            "pager": page.pager
            | {
                "order": "要求回复早的在前" if current.key == "waiting" else "按发出时间由近到远",
            },
            "fields": fields,
            "applied": conditions.applied,
            "keep": [("tab", current.key)],
            "reset_url": reset,
            "batch": [{"label": "催办", "url": reverse("disputes:urge_many"), "primary": True}]
            if user.holds(*URGE) and current.key != "lifted"
            else [],
            "export_query": [
                (name, value) for name, value in request.GET.items() if name in ("township", "office") and value
            ]
            + [("tab", current.key)],
        }
        return render(request, "disputes/supervision.html", context)


def _tab(request: HttpRequest, tab: Tab, counts: dict[str, int], is_current: bool) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("page", None)
    query["tab"] = tab.key
    return {
        "key": tab.key,
        "label": tab.label,
        "url": f"{request.path}?{query.urlencode()}",
        "count": capped(counts[tab.key]),
        "current": is_current,
        "tone": tab.tone if counts[tab.key] else "",
    }
