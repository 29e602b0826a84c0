"""The case list: saved views, conditions, sort, pages.  All state is in the address; script is not needed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.choices import ADMIN_ROLES
from common.widgets import Combobox
from disputes import keywords, listing, presentation, standing, todo
from disputes.codes import CaseCode
from disputes.filters import DUE, NO_COMMITTEE, PERIODS, TABS, DisputeFilter, capped
from disputes.models import Category, Dispute
from disputes.workflow import DISPATCH, TRANSITIONS
from grids.choices import Level
from grids.models import Division, Organisation

URGE = TRANSITIONS["urge"].roles
#: Columns that may be left out, and whether a row shows them unless the person chose otherwise.
COLUMNS = {
    "place": ("属地", True),
    "handler": ("承办", True),
    "status": ("状态", True),
    "due": ("办理期限", True),
    "risk": ("风险", True),
    "people": ("人数", False),
    "amount": ("金额（元）", False),
    "outcome": ("结果", False),
    "sessions": ("调解次数", False),
    "changed": ("最近办理", False),
}
#: What the filter bar always shows; the rest is behind 更多条件.
FIRST = ("q", "category", "township", "status", "period")
MORE = ("source", "risk", "division", "committee", "due", "card", "outcome", "registered_by", "since", "until")
#: Conditions that arrive by a link and have no field of their own.
UNSEEN = ("instruction", "sponsor", "late_on", "clock_on", "handled_by", "handled_on")
#: Parameters that say where in the list one is, not which list.
PLACE = ("page", "after", "before")


def shown_columns(user: Any) -> list[str]:
    chosen = user.preferences.get("case_columns")
    if isinstance(chosen, list):
        return [name for name in COLUMNS if name in chosen]
    return [name for name, (_, usual) in COLUMNS.items() if usual]


def address(given: QueryDict, **changes: Any) -> str:
    """The list under other parameters; None drops one.  Another list begins at its first page."""
    query = given.copy()
    for name in (*PLACE, "years", "division_text"):
        query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    encoded = query.urlencode()
    return f"{reverse('disputes:list')}?{encoded}" if encoded else reverse("disputes:list")


# ---- vocabularies of the filter bar

#: A path of this many slashes, or fewer, is a county's or wider (/province/city/county/).
COUNTY_DEPTH = 4


def works_for_county(user: Any) -> bool:
    """Whether any place this person works for holds more than one township."""
    return any(path.count("/") <= COUNTY_DEPTH for path in user.place_paths)


@dataclass
class Options:
    """Types and places: those to choose from, and those the rows of this page name.  Read in one query."""

    categories: dict[str, str] = field(default_factory=dict)
    townships: dict[str, str] = field(default_factory=dict)
    villages: dict[str, str] = field(default_factory=dict)
    is_county: bool = False
    types: dict[str, Category] = field(default_factory=dict)
    places: dict[str, Division] = field(default_factory=dict)

    @classmethod
    def read(cls, user: Any, wanted: list[str], cases: list[Dispute]) -> Options:
        """Official types; townships for whoever works above them, else villages.  ``wanted`` are chosen codes."""
        paths = user.place_paths
        found = cls(is_county=works_for_county(user))
        level = Level.TOWNSHIP if found.is_county else Level.VILLAGE
        used = {code for case in cases for code in (case.division_id, case.township_id) if code}
        used |= {code for code in wanted if code.isdigit() and len(code) <= 12}
        types = Category.objects.values_list(
            Value("type"), "code", "name", Coalesce("parent_id", Value("")), "is_active"
        )
        at_level = Q(pk__in=Division.objects.visible_to(user).filter(level=level, abolished_on=None).values("pk"))
        places = Division.objects.filter(at_level | Q(pk__in=used)).values_list(
            "level", "code", "name", "path", ExpressionWrapper(Q(abolished_on=None), BooleanField())
        )
        for kind, code, name, above, is_active in sorted(types.union(places, all=True), key=lambda row: row[1]):
            if kind == "type":
                found.types[code] = Category(code=code, name=name, parent=found.types.get(above))
                if (is_active and not above) or code in wanted:
                    found.categories[code] = name
                continue
            found.places[code] = Division(code=code, name=name, level=kind)
            shelf = {Level.TOWNSHIP: found.townships, Level.VILLAGE: found.villages}.get(kind)
            is_choice = is_active and kind == level and any(above.startswith(path) for path in paths)
            if shelf is not None and (is_choice or code in wanted):
                shelf[code] = name
        return found

    def give_to(self, cases: list[Dispute]) -> None:
        """Hang the names on rows that were read bare."""
        for case in cases:
            case.category = self.types[case.category_id]
            case.division = self.places[case.division_id]
            if case.township_id:
                case.township = self.places[case.township_id]

    def put_into(self, form: Any) -> None:
        form.fields["category"].choices = list(self.categories.items())
        form.fields["township"].choices = list(self.townships.items())
        form.fields["division"].choices = list(self.villages.items())
        if self.is_county:
            label = self.villages.get
            form.fields["division"].widget = OneVillage("/places/", label_for=lambda code: label(code, ""))


class OneVillage(Combobox):
    """277 villages are too many to tick: one is looked up.  The field still takes a list of codes."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        first = value[0] if isinstance(value, list | tuple) and value else ""
        return super().render(name, first, attrs, renderer)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return [code for code in data.getlist(name) if code]


# ---- the page


class ListPage(View):
    """Cases this person may see.  A fragment request gets the result region only."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if keywords.is_personal(request.GET.get("q", "")):
            return self.without_personal_data(request)
        context = list_context(request)
        if request.htmx and not request.htmx.history_restore_request:
            return render(request, "disputes/_results.html", context)
        return render(request, "disputes/list.html", context)

    @staticmethod
    def without_personal_data(request: HttpRequest) -> HttpResponse:
        """A number of a person must not stay in the address: say where it is searched, and drop it."""
        messages.warning(
            request, "列表的关键词不查电话和证件号码，没有查询。请用上方的全局搜索（Ctrl+K），号码不会留在地址里。"
        )
        return redirect(address(request.GET, q=None))


def ticked(request: HttpRequest) -> list[str]:
    """The cases ticked in a list, once each; what is no case code is left out."""
    given = dict.fromkeys(request.POST.getlist("ids"))
    return [code for code in given if re.fullmatch(CaseCode.regex, code)]


def list_context(request: HttpRequest) -> dict[str, Any]:
    user, today = request.user, timezone.localdate()
    given = request.GET.copy()
    _read_typed_village(given, user)
    visible = Dispute.objects.visible_to(user)
    given, left_out = legible(given, DisputeFilter(given, visible, request=request).form)
    conditions = DisputeFilter(given, visible, request=request)
    order = listing.order_for(conditions.view.key, given.get("sort", ""))
    turn = listing.Turn.asked(given, order)
    keys = {"keys": turn.keys(conditions.qs)}
    also: dict[str, QuerySet[Any]] = {}
    # Nothing asked for: what waits for this person, if anything does, else everything.
    first_look = None
    if not set(given) - {"size"} and todo.has_steps(user):
        first_look = given.copy()
        first_look["tab"] = "todo"
        first_turn = listing.Turn.asked(first_look, listing.order_for("todo", ""))
        first_conditions = DisputeFilter(first_look, visible, request=request)
        keys["todo_keys"] = first_turn.keys(first_conditions.qs)
    if not request.htmx:
        # What the shell shows is counted along: it need not ask again.
        also |= standing.waiting(user)
        if conditions.conditions:
            also["nav"] = Dispute.objects.awaiting(user)
    counts = conditions.counts(also=also, keys=keys)
    request.todo_count = counts.get("nav", counts["todo"])  # type: ignore[attr-defined]
    if "unread" in also:
        request.waiting = {name: counts[name] for name in also if name != "nav"}  # type: ignore[attr-defined]
    ids = counts["keys"]
    if first_look is not None and counts["todo"]:
        given, conditions, turn, ids = first_look, first_conditions, first_turn, counts["todo_keys"]
    view = conditions.view
    total = counts[view.key]
    if not ids and turn.within(total) != turn:  # a page that is no more: the last one there is
        turn = turn.within(total)
        ids = list(turn.keys(conditions.qs).values_list("pk", flat=True))
    base = given.copy()
    base["tab"] = view.key

    def url(**changes: Any) -> str:
        return address(base, **changes)

    cases = listing.load(turn.shown(ids), bare=True)
    wanted = [code for name in ("category", "township", "division") for code in conditions.conditions.get(name, ())]
    options = Options.read(user, wanted, cases)
    options.give_to(cases)
    form = conditions.form
    options.put_into(form)
    if not (view.key == "all" and conditions.window_begins):  # work in hand is shown whole, however old
        form.fields["period"].empty_label = "不限"
        form.fields["period"].choices = list(PERIODS.items())
    first = [name for name in FIRST if name != "township" or options.townships]
    if not options.is_county and len(options.villages) > 1:
        first.insert(2, "division")
    more = [name for name in MORE if name not in first and (name != "division" or options.is_county)]
    pager = turn.pager(cases, len(ids) > turn.size, total, url)
    return {
        "tabs": [
            _tab(one, counts, one is view, url)
            for one in TABS
            if one.key != "todo" or one is view or todo.has_steps(user)
        ],
        "tab": view,
        "fields": [form[name] for name in first if name in form.fields],
        "more": [form[name] for name in more],
        "more_open": any(name in form.errors for name in more),
        "applied": len(conditions.conditions),
        "errors": left_out + _beside(form),
        "keep": _kept(given, view.key),
        "clear_url": address(QueryDict(mutable=True), tab=view.key) if conditions.conditions else "",
        "reset_url": address(QueryDict(mutable=True), tab=view.key),
        "chips": chips(conditions, options, cases, url),
        "show": dict.fromkeys(shown_columns(user), True),
        "column_choices": [(name, label, name in shown_columns(user)) for name, (label, _) in COLUMNS.items()],
        "sorts": _sorts(turn.order, url),
        "rows": [list_row(case, user, today) for case in cases],
        "pager": pager | {"order": f"{pager['order']}，数据截至 {timezone.localtime():%H:%M}"},
        "batch": _batch(user, view.key),
        "urge_url": _urge_url(user, base, view.key) if total else "",
        "export_query": _export_query(base),
        "empty": _empty(conditions, url),
        "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "may_read": bool(user.roles - ADMIN_ROLES),
    }


#: What stands for yes and no in an address.
YES_OR_NO = ("true", "false")


def legible(given: QueryDict, form: Any) -> tuple[QueryDict, list[str]]:
    """The parameters without those that name no choice we have, and a sentence for each that was left out.

    Such a parameter comes from an old or mistyped address.  What a person typed into a field stays there, with its
    sentence beside it, for them to correct.
    """
    kept, said = given.copy(), []
    for name, sentences in form.errors.items():
        field = form.fields[name]
        if not isinstance(field, forms.ChoiceField | forms.UUIDField):
            continue
        several = isinstance(field, forms.MultipleChoiceField)
        kept.setlist(name, [value for value in given.getlist(name) if several and field.valid_value(value)])
        said += [f"{sentence}已略去，其余条件照旧。" for sentence in sentences]
    sizes = [str(n) for n in listing.SIZES]
    for name, is_known, sentence in (
        ("open", lambda v: v in YES_OR_NO, "“在办”只有是和否，已略去，其余条件照旧。"),
        ("size", lambda v: v in sizes, f"每页可以是 {'、'.join(sizes)} 件，已按 {sizes[0]} 件显示。"),
        ("sort", lambda v: v in listing.ORDERS, "没有这种排序，已按本视图平常的顺序显示。"),
        ("page", lambda v: re.fullmatch("0*[1-9][0-9]*", v, re.ASCII), "没有这一页，已显示第 1 页。"),
    ):
        if given.get(name) and not is_known(given[name]):
            kept.pop(name)
            said.append(sentence)
    for name in [name for name, values in kept.lists() if not any(values)]:
        del kept[name]
    return kept, said


def _beside(form: Any) -> list[str]:
    """What stands beside the fields, on top as well: on a phone the fields are folded away."""
    return [
        f"{form.fields[name].label}：{sentence}这一项没有查，其余条件照旧。"
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


def _read_typed_village(given: QueryDict, user: Any) -> None:
    """Without script the name of a village arrives instead of its code."""
    typed = given.pop("division_text", [""])[-1].split()
    if typed and not any(given.getlist("division")):
        place = Division.objects.visible_to(user).filter(level=Level.VILLAGE, name=typed[-1]).first()
        given["division"] = place.code if place else "00"


def _tab(tab: Any, counts: dict[str, int], is_current: bool, url: listing.Url) -> dict[str, Any]:
    return {
        "key": tab.key,
        "label": tab.label,
        "url": url(tab=tab.key, sort=None),
        "count": capped(counts[tab.key]),
        "current": is_current,
        "tone": tab.tone if counts[tab.key] else "",
    }


def _kept(given: QueryDict, view: str) -> list[tuple[str, str]]:
    """What a new query keeps: the view, the order and page size if chosen, and conditions without a field."""
    kept = [("tab", view)]
    kept += [
        (name, given[name])
        for name in ("sort", "size", "party", "open", "accepted", "partial", "mediator", *UNSEEN)
        if given.get(name)
    ]
    return kept


def _export_query(base: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in base.lists() if name not in (*PLACE, "size") for value in values if value]


def _sorts(order: listing.Order, url: listing.Url) -> dict[str, dict[str, str]]:
    """For each sortable head: where a click leads and how it is sorted now."""
    heads = {}
    for name, usual in (("registered", "-registered"), ("due", "due")):
        key = order.key.lstrip("-")
        other = order.key.removeprefix("-") if order.descending else f"-{order.key}"
        heads[name] = {
            "url": url(sort=other if key == name else usual),
            "dir": ("descending" if order.descending else "ascending") if key == name else "",
        }
    return heads


#: Views whose cases are late or nearly so: what one does there to all of them is to urge.
URGENT_TABS = frozenset({"late", "soon"})


def _batch(user: Any, tab: str) -> list[dict[str, Any]]:
    actions = []
    if tab in URGENT_TABS and user.holds(*URGE):
        actions.append({"label": "催办", "url": reverse("disputes:urge_many"), "primary": True})
    if user.holds(*DISPATCH):
        actions.append({"label": "批量派单", "url": reverse("disputes:batch_assign"), "primary": not actions})
    return [*actions, {"label": "导出所选", "url": reverse("disputes:export"), "primary": False}]


def _urge_url(user: Any, base: QueryDict, tab: str) -> str:
    """Where all late cases of this list are urged."""
    if tab != "late" or not user.holds(*URGE):
        return ""
    return reverse("disputes:urge_many") + address(base).removeprefix(reverse("disputes:list"))


def list_row(case: Dispute, user: Any, today: Any) -> dict[str, Any]:
    """A case as the list shows it, with the step this person should take."""
    step = todo.step_for(case, user)
    return presentation.row(case, today) | {
        "verb": step.label if step else "查看",
        "verb_url": f"/disputes/{case.code}/{step.name}/" if step else f"/disputes/{case.code}/",
        "is_mine": step is not None,
    }


# ---- chips


def chips(conditions: DisputeFilter, options: Options, rows: list[Dispute], url: listing.Url) -> list[dict[str, str]]:
    """One chip for each condition that holds, in words, with the address of the list without it."""
    shown = []
    if conditions.view.key == "all" and conditions.window_begins:
        shown.append({"label": "登记", "value": "近一年", "remove_url": url(period="all")})
    for name, value in conditions.conditions.items():
        shown.append(
            {
                "label": _CHIP_LABEL.get(name) or str(conditions.filters[name].label),
                "value": _chip_value(name, value, conditions, options, rows),
                "remove_url": url(**{name: None}),
            }
        )
    return shown


_CHIP_LABEL = {
    "township": "乡镇",
    "division": "村社区",
    "category": "类型",
    "status": "状态",
    "period": "登记",
    "due": "期限",
}


def _chip_value(name: str, value: Any, conditions: DisputeFilter, options: Options, rows: list[Dispute]) -> str:
    if name in ("category", "township", "division"):
        known = {"category": options.categories, "township": options.townships, "division": options.villages}[name]
        return _some([known.get(code, code) for code in value])
    if name == "period":
        return PERIODS[value]
    if name == "due":
        return _some([DUE[key] for key in value])
    if name == "party":
        party = next((p for case in rows for p in case.parties.all() if p.uid == value), None)
        return presentation.masked_name(party) if party else "所选当事人"
    if name == "committee" and value.isascii() and value.isdigit():
        named = next((case.committee for case in rows if str(case.committee_id) == value), None)
        return str(named.organisation) if named else "未分派" if value == NO_COMMITTEE else "所选调委会"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    if name == "handled_by":
        return str(Organisation.objects.filter(pk=int(value)).first() or "所选单位")
    if name == "open":
        return "在办" if value else "已办结"
    if name in ("accepted", "partial"):
        return "是" if value else "否"
    labels = dict(conditions.form.fields[name].choices) if hasattr(conditions.form.fields[name], "choices") else {}
    if isinstance(value, list):
        return _some([str(labels.get(one, one)) for one in value])
    return str(labels.get(value, value))


def _some(names: list[str]) -> str:
    return "、".join(names[:3]) + (f"等 {len(names)} 项" if len(names) > 3 else "")


def _empty(conditions: DisputeFilter, url: listing.Url) -> dict[str, str]:
    if conditions.conditions:
        cleared = address(QueryDict(mutable=True), tab=conditions.view.key)
        return {
            "title": "没有符合条件的案件",
            "text": "可以减少条件，或者换一个视图。",
            "label": "清除条件",
            "url": cleared,
        }
    if conditions.view.key == "todo":
        return {
            "title": "没有待办",
            "text": "新的案件轮到您办理时会出现在这里。",
            "label": "看全部案件",
            "url": url(tab="all"),
        }
    if conditions.view.key == "all" and conditions.window_begins:
        return {"title": "近一年没有登记的案件", "text": "", "label": "看全部年份", "url": url(period="all")}
    return {"title": f"没有{conditions.view.label}的案件", "text": "", "label": "", "url": ""}


# ---- the choice of columns


class ColumnsView(View):
    """Remember which columns this person wants; back to the list they came from."""

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = [name for name in COLUMNS if name in request.POST.getlist("columns")]
        if request.POST.get("usual"):
            request.user.preferences.pop("case_columns", None)
        else:
            request.user.preferences["case_columns"] = chosen
        request.user.save(update_fields=["preferences"])
        return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list the form was sent from, as the browser names it; never another page or site."""
    came_from = request.headers.get("Referer", "")
    here = reverse("disputes:list")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        if parts.path == here:
            return f"{here}?{parts.query}" if parts.query else here
    return here


def rows_of(user: Any, codes: list[str]) -> QuerySet[Dispute]:
    """The ticked cases, as far as this person may see them."""
    return Dispute.objects.visible_to(user).filter(code__in=codes)
