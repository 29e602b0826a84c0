"""Which cases: one set of conditions for the list page, the export and the REST API.

Every condition is a query parameter and none of them is personal data: people are found by the search box, which posts.
``tab`` names a saved view; its table says for each what it holds, in words a lawyer can check.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject, NullIf
from django.utils import timezone

from common.conditions import ConditionsForm, One
from common.formfields import TypedDateField
from common.widgets import CheckMenu
from disputes import attendance, keywords, todo
from disputes.choices import CARD_BADGE, OPEN_STATES, Outcome, Risk, Source, Status, SupervisionKind
from disputes.models import Agreement, ClockRow, Dispute, Instruction, Party, Sponsorship, Supervision
from disputes.presentation import SOON_DAYS

#: What a list shows of the past unless asked for more: counts and rare conditions stay cheap on a long history.
WINDOW = dt.timedelta(days=365)
#: Nobody reads an exact figure beyond this (a county's year fits, so that its figures and lists agree); see ``capped``.
COUNTED_TO = 20_000


#: Taken on: neither waiting for the decision nor turned away.
WAS_ACCEPTED = ~Q(status__in=[Status.REGISTERED, Status.DECLINED]) & ~Q(outcome=Outcome.DECLINED)


def settled_in_part() -> Q:
    """The agreement that counts settles a part only; what is left was told its other routes."""
    return Q(Exists(Agreement.objects.filter(dispute=OuterRef("pk"), is_superseded=False, is_partial=True)))


# ---- saved views


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    rows: Callable[[Any, dt.date], Q]
    tone: str = ""


TABS: tuple[Tab, ...] = (
    Tab("todo", "我的待办", lambda user, today: todo.rows(user)),
    Tab("accept", "待受理", lambda user, today: Q(status=Status.REGISTERED)),
    Tab("assign", "待派单", lambda user, today: Q(status=Status.ACCEPTED)),
    Tab("mediating", "调解中", lambda user, today: Q(status__in=[Status.MEDIATING, Status.SUSPENDED])),
    Tab("soon", "临期", lambda user, today: due_between(today, today + dt.timedelta(days=SOON_DAYS)), tone="soon"),
    Tab("late", "超期", lambda user, today: Q(next_due_on__lt=today), tone="late"),
    Tab("follow_up", "待回访", lambda user, today: Q(status=Status.PERFORMING, has_pending_obligations=False)),
    Tab("all", "全部", lambda user, today: Q()),
)
BY_KEY = {tab.key: tab for tab in TABS}
#: Views of work in hand are as long as the work; only 全部 grows with the years and has a window.
WORK = tuple(tab for tab in TABS if tab.key != "all")


def due_between(first: dt.date, last: dt.date) -> Q:
    return Q(next_due_on__gte=first, next_due_on__lte=last)


# ---- choices of conditions

PERIODS = {
    "today": "今天",
    "week": "本周",
    "7d": "近 7 天",
    "30d": "近 30 天",
    "month": "本月",
    "year": "今年",
    "all": "全部年份",
}
DUE = {
    "late": "已超期",
    "today": "今日到期",
    "soon": f"明日起 {SOON_DAYS} 日内到期",
    "later": f"{SOON_DAYS} 日以后到期",
    "none": "没有期限在走",
}
#: Of several open cards on a case its heaviest counts, as on its badge.
CARDS = {kind.value: CARD_BADGE[kind][0] for kind in reversed(SupervisionKind)} | {"unanswered": "等待回复"}
INSTRUCTIONS = {"waiting": "未报告落实情况", "mine": "我批示的"}
SPONSORS = {"me": "我包的案", "any": "有领导包案"}
#: What ``committee`` says of a case that was not sent to one.
NO_COMMITTEE = "0"
#: Conditions that hold for few cases, however long the past is.
BOUNDED = frozenset({"due", "card", "instruction", "sponsor", "late_on", "clock_on", "handled_by", "handled_on"})


def period_begins(period: str, today: dt.date) -> dt.date:
    return {
        "today": today,
        "week": today - dt.timedelta(days=today.weekday()),
        "7d": today - dt.timedelta(days=6),
        "30d": today - dt.timedelta(days=29),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[period]


def due_rows(key: str, today: dt.date) -> Q:
    tomorrow, last = today + dt.timedelta(days=1), today + dt.timedelta(days=SOON_DAYS)
    return {
        "late": Q(next_due_on__lt=today),
        "today": Q(next_due_on=today),
        "soon": due_between(tomorrow, last),
        "later": Q(next_due_on__gt=last),
        "none": Q(next_due_on=None),
    }[key]


def card_rows(keys: Collection[str], day: dt.date | None = None) -> Q:
    """Cases by their heaviest open card, or by the heaviest that was open at the end of a day."""
    cards = Supervision.objects.in_force(midnight(day + dt.timedelta(days=1))) if day else Supervision.objects.open()
    chosen = Q(pk__in=cards.heaviest().filter(kind__in=keys).values("dispute"))
    if "unanswered" in keys:
        chosen |= Q(pk__in=Supervision.objects.unanswered().values("dispute"))
    return chosen


def instruction_rows(which: str, user: Any) -> Q:
    given = Instruction.objects.filter(Q(given_by=user) if which == "mine" else Q(reported_at=None))
    return Q(pk__in=given.values("dispute"))


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


# ---- fields and filters


class CodesField(forms.MultipleChoiceField):
    """Codes of a vocabulary kept in the database.  An unknown code finds nothing; it is not an error."""

    pattern = re.compile(r"[0-9]{2,12}")

    def valid_value(self, value: Any) -> bool:
        return bool(self.pattern.fullmatch(str(value)))


class Many(django_filters.MultipleChoiceFilter):
    """Any of several values of one column."""

    def __init__(self, *args: Any, nothing: str = "不限", **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckMenu(kwargs.get("label", ""), nothing=nothing))
        super().__init__(*args, distinct=False, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if self.method:
            return self.method(qs, self.field_name, value)
        return qs.filter(**{f"{self.field_name}__in": list(value)})


class Codes(Many):
    field_class = CodesField


class TypedDate(django_filters.DateFilter):
    field_class = TypedDateField


class CaseConditionsForm(ConditionsForm):
    """Each field says in our words what else it cannot read; the period runs forwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.UUIDField):
                field.error_messages["invalid"] = f"“{field.label}”没有这个选项。"
            for validator in field.validators:
                if isinstance(validator, MaxLengthValidator):
                    validator.message = f"“{field.label}”最多写 %(limit_value)d 个字。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "止期不能早于起期。")
        return cleaned

    def clean_q(self) -> str:
        typed = keywords.clean(self.cleaned_data.get("q") or "")
        if keywords.is_personal(typed):
            raise ValidationError("关键词里不能有电话或者证件号码，请用上方的全局搜索。", code="personal")
        return typed


class DisputeFilter(django_filters.FilterSet):
    """Conditions on the cases a person may see.  Give it rows that are already ``visible_to`` that person.

    A value that cannot be read is left out and its field says why; the other conditions still hold.
    """

    #: How far back 全部 reaches when no date is given; None for no limit.
    window: dt.timedelta | None = WINDOW

    q = django_filters.CharFilter(
        label="关键词",
        method="by_keyword",
        widget=forms.TextInput(attrs={"placeholder": "案件码、案情中的词", "maxlength": keywords.LONGEST}),
    )
    category = Codes(label="纠纷类型", nothing="全部类型", method="by_category")
    township = Codes(label="乡镇（街道）", nothing="全部乡镇", field_name="township")
    status = Many(label="办理状态", nothing="全部状态", field_name="status", choices=Status.choices)
    period = One(label="登记日期", nothing="近一年", method="by_period", choices=list(PERIODS.items()))
    division = Codes(label="村（社区）", nothing="全部村社区", method="by_place")
    source = Many(label="来源", field_name="source", choices=Source.choices)
    risk = Many(label="风险", field_name="risk", choices=Risk.choices)
    due = Many(label="办理期限", method="by_due", choices=list(DUE.items()))
    card = Many(label="督办", method="by_card", choices=list(CARDS.items()))
    outcome = Many(
        label="结果", field_name="outcome", choices=[(value, label) for value, label in Outcome.choices if value]
    )
    committee = django_filters.CharFilter(label="调委会", method="by_committee", max_length=40)
    registered_by = One(label="登记人", method="by_registrar", choices=[("me", "我登记的")])
    mediator = One(label="调解员", method="by_mediator", choices=[("me", "我承办的")])
    instruction = One(label="领导批示", method="by_instruction", choices=list(INSTRUCTIONS.items()))
    sponsor = One(label="领导包案", method="by_sponsor", choices=list(SPONSORS.items()))
    late_on = TypedDate(label="当日超期", method="was_late")
    clock_on = TypedDate(label="当日有期限在走", method="had_a_clock")
    handled_by = django_filters.NumberFilter(
        label="当日办理单位", method="was_handled_by", max_value=2**31, min_value=1
    )
    handled_on = TypedDate(label="办理日期", method="was_handled_on")
    since = TypedDate(label="登记自", method="from_day")
    until = TypedDate(label="登记至", method="to_day")
    open = django_filters.BooleanFilter(label="在办", method="is_in_hand")
    accepted = django_filters.BooleanFilter(label="已受理", method="was_accepted")
    partial = django_filters.BooleanFilter(label="部分达成", method="is_settled_in_part")
    party = django_filters.UUIDFilter(label="同一当事人", method="same_person")
    tab = One(label="视图", method="in_tab", choices=[(tab.key, tab.label) for tab in TABS])

    class Meta:
        model = Dispute
        form = CaseConditionsForm
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, *, request: Any = None, **kwargs: Any) -> None:
        if data is not None and data.get("years") == "all" and not data.get("period"):
            data = data.copy()
            data["period"] = "all"
        super().__init__(data, queryset, request=request, **kwargs)
        self.today = timezone.localdate()

    # ---- what was asked for

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def conditions(self) -> dict[str, Any]:
        """The readable conditions that were given, beside the view."""
        self.form.is_valid()
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if name != "tab" and value not in (None, "", [])
        }

    @property
    def view(self) -> Tab:
        self.form.is_valid()
        return BY_KEY.get(self.form.cleaned_data.get("tab") or "", BY_KEY["all"])

    @property
    def window_begins(self) -> dt.date | None:
        """The first day of registration that 全部 shows, when nothing given says otherwise."""
        given = self.conditions
        dated = {"period", "since", "until", "party"} & set(given) or keywords.code_of(given.get("q", ""))
        bounded = given.get("open") or BOUNDED & set(given)  # as long as the work in hand, like the other views
        return None if dated or bounded or self.window is None else self.today - self.window

    # ---- rows and counts

    @property
    def qs(self) -> QuerySet[Dispute]:
        """The cases of the chosen view under all conditions."""
        return self.in_view(self.view)

    def in_view(self, tab: Tab) -> QuerySet[Dispute]:
        rows = self.narrowed()
        begins = self.window_begins
        if tab.key == "all":
            return rows.filter(registered_at__gte=midnight(begins)) if begins else rows
        return rows.filter(tab.rows(self.user, self.today))

    def narrowed(self) -> QuerySet[Dispute]:
        """Under the conditions, whatever the view."""
        rows = self.queryset.all()
        for name, value in self.conditions.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    def counts(
        self, *, also: dict[str, QuerySet[Any]] | None = None, keys: dict[str, QuerySet[Any]] | None = None
    ) -> dict[str, Any]:
        """How many cases each view holds under the conditions, and more, in one statement.

        ``also`` names sets whose length is wanted too, ``keys`` sets (cut to a page) whose primary keys are.  Work in
        hand is counted in one pass over what is not archived; 全部 and ``also`` are counted to ``COUNTED_TO`` + 1.
        """
        in_hand = (
            self.narrowed()
            .exclude(status=Status.ARCHIVED)
            .order_by()
            .annotate(_one=Value(1))
            .values("_one")
            .annotate(**{tab.key: Count("pk", filter=tab.rows(self.user, self.today)) for tab in WORK})
            .values(found=JSONObject(**{tab.key: F(tab.key) for tab in WORK}))
        )
        columns: dict[str, Any] = {"in_hand": Subquery(in_hand), "all": count_of(self.in_view(BY_KEY["all"]))}
        columns |= {name: count_of(rows) for name, rows in (also or {}).items()}
        columns |= {name: ArraySubquery(rows.values("pk")) for name, rows in (keys or {}).items()}
        row = get_user_model()._base_manager.filter(pk=self.user.pk).values(**columns).get()
        row |= {name: row[name] or [] for name in keys or ()}
        return {tab.key: 0 for tab in WORK} | (row.pop("in_hand") or {}) | row

    # ---- one method a condition

    def by_keyword(self, rows: QuerySet[Dispute], name: str, typed: str) -> QuerySet[Dispute]:
        return rows.filter(keywords.narrative(typed))

    def by_category(self, rows: QuerySet[Dispute], name: str, codes: Collection[str]) -> QuerySet[Dispute]:
        """An official type takes its local kinds along: their codes begin with its two digits."""
        condition = Q(pk__in=())
        for code in codes:
            condition |= Q(category__code__startswith=code)
        return rows.filter(condition)

    def by_place(self, rows: QuerySet[Dispute], name: str, codes: Collection[str]) -> QuerySet[Dispute]:
        """A village; a township's code brings all of its villages along."""
        return rows.filter(Q(division__in=list(codes)) | Q(township__in=list(codes)))

    def by_period(self, rows: QuerySet[Dispute], name: str, period: str) -> QuerySet[Dispute]:
        return rows if period == "all" else rows.filter(registered_at__gte=midnight(period_begins(period, self.today)))

    def from_day(self, rows: QuerySet[Dispute], name: str, day: dt.date) -> QuerySet[Dispute]:
        return rows.filter(registered_at__gte=midnight(day))

    def to_day(self, rows: QuerySet[Dispute], name: str, day: dt.date) -> QuerySet[Dispute]:
        return rows.filter(registered_at__lt=midnight(day + dt.timedelta(days=1)))

    def by_due(self, rows: QuerySet[Dispute], name: str, keys: Collection[str]) -> QuerySet[Dispute]:
        condition = Q(pk__in=())
        for key in keys:
            condition |= due_rows(key, self.today)
        return rows.filter(condition)

    def by_committee(self, rows: QuerySet[Dispute], name: str, typed: str) -> QuerySet[Dispute]:
        """By key, 0 for none, or by part of the name."""
        if typed == NO_COMMITTEE:
            return rows.filter(committee=None)
        if typed.isascii() and typed.isdigit():
            return rows.filter(committee_id=int(typed[:9]))
        return rows.filter(committee__organisation__name__contains=typed)

    def by_card(self, rows: QuerySet[Dispute], name: str, keys: Collection[str]) -> QuerySet[Dispute]:
        return rows.filter(card_rows(keys, self.form.cleaned_data.get("late_on")))

    def by_instruction(self, rows: QuerySet[Dispute], name: str, which: str) -> QuerySet[Dispute]:
        return rows.filter(instruction_rows(which, self.user))

    def by_sponsor(self, rows: QuerySet[Dispute], name: str, who: str) -> QuerySet[Dispute]:
        lasting = Sponsorship.objects.filter(Q(until=None), Q(leader=self.user) if who == "me" else Q())
        return rows.filter(pk__in=lasting.values("dispute"))

    def was_late(self, rows: QuerySet[Dispute], name: str, day: dt.date) -> QuerySet[Dispute]:
        return rows.filter(pk__in=ClockRow.objects.late_on(day).values("dispute"))

    def had_a_clock(self, rows: QuerySet[Dispute], name: str, day: dt.date) -> QuerySet[Dispute]:
        return rows.filter(pk__in=ClockRow.objects.running_on(day).values("dispute"))

    def was_handled_by(self, rows: QuerySet[Dispute], name: str, by: Any) -> QuerySet[Dispute]:
        """By the people of an organisation, on the day that is given with it, or today."""
        return rows.filter(pk__in=attendance.cases_of(int(by), self.form.cleaned_data.get("handled_on") or self.today))

    def was_handled_on(self, rows: QuerySet[Dispute], name: str, day: dt.date) -> QuerySet[Dispute]:
        return rows.filter(pk__in=attendance.steps_on(day).values("dispute"))

    def by_registrar(self, rows: QuerySet[Dispute], name: str, who: str) -> QuerySet[Dispute]:
        return rows.filter(registered_by_id=self.user.pk)

    def by_mediator(self, rows: QuerySet[Dispute], name: str, who: str) -> QuerySet[Dispute]:
        return rows.filter(mediator__user_id=self.user.pk)

    def is_in_hand(self, rows: QuerySet[Dispute], name: str, value: bool) -> QuerySet[Dispute]:
        return rows.filter(status__in=sorted(OPEN_STATES)) if value else rows.exclude(status__in=sorted(OPEN_STATES))

    def was_accepted(self, rows: QuerySet[Dispute], name: str, value: bool) -> QuerySet[Dispute]:
        return rows.filter(WAS_ACCEPTED if value else ~WAS_ACCEPTED)

    def is_settled_in_part(self, rows: QuerySet[Dispute], name: str, value: bool) -> QuerySet[Dispute]:
        return rows.filter(settled_in_part() if value else ~settled_in_part())

    def same_person(self, rows: QuerySet[Dispute], name: str, uid: Any) -> QuerySet[Dispute]:
        """Cases of the person behind a party card, by number or phone; within scope like everything else."""
        person = Party.objects.visible_to(self.user).filter(uid=uid)

        def index(column: str) -> Subquery:
            return Subquery(person.values(key=NullIf(column, Value("")))[:1])

        same = Party.objects.filter(
            Q(uid=uid) | Q(id_number_index=index("id_number_index")) | Q(phone_index=index("phone_index"))
        )
        return rows.filter(pk__in=same.values("dispute_id"))

    def in_tab(self, rows: QuerySet[Dispute], name: str, key: str) -> QuerySet[Dispute]:
        return rows.filter(BY_KEY[key].rows(self.user, self.today))


def count_of(rows: QuerySet[Any]) -> Subquery:
    """Length of a set as one column of another statement, counted no further than ``COUNTED_TO`` + 1."""
    return _CountOf(rows.order_by().values("pk")[: COUNTED_TO + 1])


class _CountOf(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0  # a person without any case: Django then asks the database nothing


def capped(count: int) -> int | str:
    """``10,000+`` for a set that was not counted to its end."""
    return f"{COUNTED_TO:,}+" if count > COUNTED_TO else count
