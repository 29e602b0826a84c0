"""What a case looks like in words: rows, clocks, steps, timeline, party cards.

Pages, exports and the search box show the same texts.  Labels and dates are made here, in Python, because a template
that asks ``get_status_display`` and ``|date`` for every cell costs four times as much.  Everything personal is masked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone

from common.idnumbers import IdKind, Sex
from common.masks import mask_address, mask_id_number, mask_name, mask_org, mask_phone
from disputes import deadlines, workflow
from disputes.choices import (
    CARD_BADGE,
    ENDED_STATES,
    STATUS_COLOR,
    Outcome,
    PartyKind,
    PartyRole,
    Risk,
    Route,
    Source,
    Status,
    WarnLevel,
)
from disputes.models import ClockRow, Dispute, DisputeEvent, Ending, Party, Suspension
from disputes.reckoning import extension_of
from disputes.scrubbing import Scrubber

STATUS_LABEL = {status.value: str(status.label) for status in Status}
SOURCE_LABEL = {source.value: str(source.label) for source in Source}
RISK_LABEL = {risk.value: str(risk.label) for risk in Risk}
OUTCOME_LABEL = {outcome.value: str(outcome.label) for outcome in Outcome}
COLOR = {status.value: STATUS_COLOR[status] for status in Status}
EVENT_LABEL = {"register": "登记", "warned": "警示", "climb": "升级"} | {
    row.name: row.done for row in workflow.TRANSITIONS.values()
}
EVENT_TONE = {
    "register": "blue", "accept": "blue", "record_session": "blue", "settle": "green", "settle_orally": "green",
    "take_effect": "green", "perform": "green", "follow_up": "green", "fail": "purple", "transfer": "purple",
    "warned": "red", "climb": "amber", "supervise": "red", "urge": "amber", "escalate": "amber", "instruct": "purple", "return_assignment": "amber", "suspend": "amber", "reassign": "amber", "report_risk": "red", "decline": "amber",
}  # fmt: skip


def name_events(names: Mapping[str, tuple[str, str]]) -> None:
    """Say how the timeline calls events that apps above add to it, and in which tone."""
    for name, (label, tone) in names.items():
        EVENT_LABEL[name], EVENT_TONE[name] = label, tone


#: The same drawings as components/_clock_face.html.
CLOCK_ICON = {
    "late": "alert-octagon",
    "soon": "alert-triangle",
    "ok": "clock",
    "paused": "player-pause",
    "met": "check",
}
#: A heading names a side in so many characters; the party card has the whole name.
LONGEST_SIDE = 36
#: Steps that only an agreement leads to.
AFTER_AGREEMENT = {"履行", "回访"}
#: Days before the due date from which a clock counts as 临期.
SOON_DAYS = 3


def short_day(day: dt.date, today: dt.date) -> str:
    """``11-23``; of another year with its year: a date without one is taken for this year's."""
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"


def short_moment(at: dt.datetime, today: dt.date) -> str:
    """``11-23 10:31``; of another year ``2025-12-30``, whose hour nobody asks for in a list."""
    local = timezone.localtime(at)
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def masked_name(party: Party) -> str:
    return mask_org(party.name) if party.kind == PartyKind.ORGANISATION else mask_name(party.name)


def scrubber(dispute: Dispute) -> Scrubber:
    """Masks the people of this case wherever they stand in its free texts."""
    people = list(dispute.parties.all())
    others = [name for p in people for name in (p.contact_name, p.guardian_name, p.agent_name)]
    return Scrubber(people, others)


def side(parties: Iterable[Party]) -> str:
    """``张*国等 3 人`` for one side of a case."""
    rows = list(parties)
    if not rows:
        return "--"
    return masked_name(rows[0]) + (f"等 {len(rows)} 人" if len(rows) > 1 else "")


def sides(dispute: Dispute) -> tuple[str, str]:
    parties = list(dispute.parties.all())
    return (
        side(p for p in parties if p.role == PartyRole.APPLICANT),
        side(p for p in parties if p.role == PartyRole.RESPONDENT),
    )


def matter(dispute: Dispute) -> str:
    """The official type in the heading: 邻里纠纷."""
    name = dispute.category.parent.name if dispute.category.parent else dispute.category.name
    return name if name.endswith(("纠纷", "争议", "事故")) else f"{name}纠纷"


def title(dispute: Dispute) -> str:
    applicant, respondent = (
        name if len(name) <= LONGEST_SIDE else f"{name[:LONGEST_SIDE]}…" for name in sides(dispute)
    )
    return f"{applicant} 与 {respondent} {matter(dispute)}"


# ---- clocks


def clock_text(due_on: dt.date, today: dt.date, todo: str = "") -> tuple[str, str]:
    """(state, words): ``late 超期 2 天``, ``soon 今日前派单``, ``ok 剩 18 天``."""
    left = (due_on - today).days
    if left < 0:
        return "late", f"超期 {-left} 天"
    if left == 0:
        return "soon", f"今日内{todo}" if todo else "今日到期"
    return ("soon" if left <= SOON_DAYS else "ok"), f"剩 {left} 天"


def nearest_clock(dispute: Dispute, today: dt.date) -> dict[str, Any]:
    """The clock of a list row."""
    if dispute.status == Status.SUSPENDED and not dispute.next_due_on:
        return {"state": "paused", "text": "暂停"}
    if not dispute.next_due_on:
        return {"state": "none", "text": "已办结" if dispute.status == Status.ARCHIVED else "无期限"}
    state, words = clock_text(dispute.next_due_on, today, deadlines.TODO.get(dispute.next_clock, ""))
    return {"state": state, "text": words, "due": f"{dispute.next_due_on:%Y-%m-%d}"}


def all_clocks(rows: Iterable[ClockRow], today: dt.date) -> list[dict[str, str]]:
    """Every clock of a case with its legal source, running ones first."""
    shown = []
    for row in sorted(rows, key=lambda r: (not r.is_running, r.due_on)):
        if row.is_paused:
            state, words = "paused", f"暂停（自 {short_day(row.pause_began_on, today)}）"
        elif row.is_running and row.kind in deadlines.RIGHTS and row.due_on < today:
            state, words = "met", f"{short_day(row.due_on, today)} 已过"
        elif row.is_running:
            state, words = clock_text(row.due_on, today)
        elif row.was_left:
            state, words = "met", f"{short_day(row.met_on, today)} 起不再计算"
        elif row.expired_on:
            state, words = "met", f"{row.expired_on:%m-%d} 期满升级"
        else:
            state, words = (
                ("met", f"{short_day(row.met_on, today)} 办结")
                if row.met_on <= row.due_on
                else ("late", f"{short_day(row.met_on, today)} 办结，超期 {(row.met_on - row.due_on).days} 天")
            )
        longer = extension_of(row)
        notes = (
            (row.paused_days, f"已扣除暂停 {row.paused_days} 天"),
            (longer, f"已延长 {longer} 个{row.unit}"),
            (row.is_provisional, "国务院尚未公布当年放假安排，暂按周末推算"),
        )
        shown.append(
            {
                "label": row.label,
                "state": state,
                "text": words,
                "due": f"{row.due_on:%Y-%m-%d}",
                "source": row.source,
                "notes": "；".join(text for applies, text in notes if applies),
                "warning": next_warning(row, today),
            }
        )
    return shown


def next_warning(row: ClockRow, today: dt.date) -> str:
    """What happens next if nothing is done, and on which day; nothing while the clock stands still."""
    if not row.is_running or row.is_paused or row.next_warn_on is None:
        return ""
    return f"{short_day(row.next_warn_on, today)} {WarnLevel(row.next_warn_level).label}"


# ---- rows of lists


def card_badge(dispute: Dispute) -> dict[str, str] | None:
    """The badge of the heaviest open card, where the rows were read ``with_card``."""
    kind = getattr(dispute, "card", None)
    if not kind:
        return None
    label, color = CARD_BADGE[kind]
    return {"label": label, "color": color}


def row(dispute: Dispute, today: dt.date) -> dict[str, Any]:
    """One case as a list shows it."""
    applicant, respondent = sides(dispute)
    registered = timezone.localtime(dispute.registered_at)
    return {
        "pk": dispute.pk,
        "code": dispute.code,
        "url": f"/disputes/{dispute.code}/",
        "source": SOURCE_LABEL[dispute.source],
        "registered": f"{registered:%Y-%m-%d %H:%M}",
        "registered_short": short_moment(registered, today),
        "applicant": applicant,
        "respondent": respondent,
        "category": str(dispute.category),
        "kind": dispute.category.parent.name if dispute.category.parent else dispute.category.name,
        "summary": scrubber(dispute)(dispute.summary[:120])[:80],
        "township": dispute.township.name if dispute.township else dispute.division.name,
        "place": dispute.division.name if dispute.division_id != dispute.township_id else "",
        "committee": str(dispute.committee.organisation) if dispute.committee else "",
        "mediator": dispute.mediator.name if dispute.mediator else "",
        "status": dispute.status,
        "status_label": STATUS_LABEL[dispute.status],
        "color": COLOR[dispute.status],
        "partly": getattr(dispute, "settled_in_part", False),
        "card": card_badge(dispute),
        "clock": (clock := nearest_clock(dispute, today)),
        "clock_icon": CLOCK_ICON.get(clock["state"], ""),
        "risk": dispute.risk,
        "risk_label": RISK_LABEL[dispute.risk],
        "version": dispute.version,
        "people": dispute.people_count,
        "amount": f"{dispute.amount:,.2f}" if dispute.amount is not None else "--",
        "outcome": OUTCOME_LABEL[dispute.outcome],
        "sessions": dispute.session_count,
        "changed": short_moment(dispute.changed_at, today),
    }


# ---- the case page


def steps(dispute: Dispute, events: Iterable[DisputeEvent]) -> list[dict[str, str]]:
    """The ordered list on top of a case: done steps carry day and name."""
    first_at: dict[str, DisputeEvent] = {}
    for event in sorted(events, key=lambda e: e.number):
        first_at[event.name] = event
    reached_by = {
        "登记": ("register",), "受理": ("accept",), "分派": ("assign",), "调解": ("take",),
        "结果": ("settle", "settle_orally", "fail", "terminate", "withdraw", "transfer", "decline"),
        "履行": ("take_effect", "settle_orally"), "回访": ("follow_up",), "归档": ("archive",),
    }  # fmt: skip
    order = [label for label, _ in workflow.STEPS]
    now = next((label for label, states in workflow.STEPS if dispute.status in states), order[0])
    shown = []
    for label in order:
        event = next((first_at[name] for name in reached_by[label] if name in first_at), None)
        before = order.index(label) < order.index(now)
        if label == now and dispute.status != Status.ARCHIVED:
            state = "now"
        elif label == now or (before and event):
            state = "done"
        elif before or (label in AFTER_AGREEMENT and dispute.status in ENDED_STATES):
            state = "skipped"
        else:
            state = "todo"
        shown.append(
            {
                "label": label,
                "state": state,
                "when": short_moment(event.at, timezone.localdate()) if event and state in ("done", "now") else "",
                "who": event.actor_name if event and state in ("done", "now") else "",
            }
        )
    return shown


def timeline(events: Iterable[DisputeEvent], scrub: Callable[[str], str] = str) -> list[dict[str, Any]]:
    return [
        {
            "title": EVENT_LABEL.get(event.name, event.name),
            "who": f"{event.actor_name}（{event.actor_post}）" if event.actor_post else event.actor_name,
            "at": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
            "iso": timezone.localtime(event.at).isoformat(timespec="seconds"),
            "text": scrub(event.text),
            "late": f"实际发生于 {event.happened_on:%Y-%m-%d}"
            if event.happened_on and event.happened_on != timezone.localdate(event.at)
            else "",
            "tone": EVENT_TONE.get(event.name, ""),
        }
        for event in events
    ]


def ending(row: Ending, scrub: Callable[[str], str], *, with_concessions: bool) -> dict[str, Any]:
    """How a case ended without an agreement, with what the next body needs.

    Concessions were made for the sake of peace and must not be held against anyone: only those who handle the case
    read them, and never on paper.
    """
    routes = "、".join(str(Route(route).label) for route in row.routes_told)
    rows = [
        ("原因", row.get_reason_display(), False),
        ("日期", f"{row.ended_on:%Y-%m-%d}", False),
        ("已告知途径", routes, True),
        ("告知的去处", scrub(row.destination), True),
        ("说明", scrub(row.note), True),
        ("无争议事实", scrub(row.undisputed_facts), True),
        ("所作让步", scrub(row.concessions) if with_concessions else "", True),
    ]
    return {
        "title": f"结果：{row.get_kind_display()}",
        "facts": [{"label": label, "value": value, "wide": wide} for label, value, wide in rows if value],
        "has_concessions": bool(with_concessions and row.concessions),
    }


def suspension(row: Suspension, clocks: Iterable[ClockRow], today: dt.date) -> str:
    """``中止：鉴定、评估，自 2026-11-17 起，预计 2026-12-24 恢复。期限暂停计算。``  Limits that run on are named."""
    expected = ""
    if row.expected_on:
        late = (today - row.expected_on).days
        expected = f"，预计 {row.expected_on:%Y-%m-%d} 恢复" + (f"（已过 {late} 天）" if late > 0 else "")
    return f"中止：{row.get_reason_display()}，自 {row.since:%Y-%m-%d} 起{expected}。{_standing(clocks)}。"


def _standing(clocks: Iterable[ClockRow]) -> str:
    running = [row for row in clocks if row.is_running and row.kind != deadlines.RESUME.key]
    paused, going = ("、".join(row.label for row in running if row.is_paused == is_) for is_ in (True, False))
    if paused and going:
        return f"{paused}期限暂停计算，{going}期限照常计算"
    return "期限照常计算" if going else "期限暂停计算"


def party_card(party: Party, today: dt.date) -> dict[str, Any]:
    """One party, masked, with what can be asked for."""
    age = party.age(today)
    sex = Sex(party.sex).label if party.sex else ""
    brief = " · ".join(
        part
        for part in (str(sex), f"{age} 岁" if age is not None else "", "未成年人" if party.is_minor(today) else "")
        if part
    )
    return {
        "uid": party.uid,
        "role": str(party),
        "name": masked_name(party),
        "brief": brief,
        "id_label": "统一社会信用代码"
        if party.kind == PartyKind.ORGANISATION
        else dict(IdKind.choices).get(party.id_kind, "证件号码"),
        "id_number": mask_id_number(party.id_number) if party.id_number else "",
        "phone": mask_phone(party.phone) if party.phone else "",
        "address": mask_address(party.address) if party.address else "",
        "contact": mask_name(party.contact_name) if party.contact_name else "",
        "note": "；".join(
            text
            for text, shown in (
                (f"无证件：{party.no_id_reason}", bool(party.no_id_reason)),
                ("证件号码校验未通过", bool(party.id_number and not party.id_is_checked)),
                ("明确拒绝调解", party.refuses),
                ("缺监护人", party.is_minor(today) and not party.guardian_name),
            )
            if shown
        ),
        "reveal_url": f"/disputes/{party.dispute.code}/parties/{party.uid}/reveal/",
    }


def facts(dispute: Dispute, scrub: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """Facts of the case: brief and claim before the metadata; ``scrub`` masks people for those who only look on."""
    day = "%Y-%m-%d"
    rows: list[tuple[str, str, bool]] = [
        ("简要情况", scrub(dispute.summary), True),
        ("调解请求", scrub(dispute.claim), True),
        ("案件码", dispute.code, False),
        (
            "来源",
            SOURCE_LABEL[dispute.source]
            + (f"（{dispute.source_organisation}）" if dispute.source_organisation else ""),
            False,
        ),
        ("来源文号", dispute.source_number, False),
        ("申请日期", f"{dispute.applied_on:{day}}", False),
        ("登记", f"{timezone.localtime(dispute.registered_at):%Y-%m-%d %H:%M} {dispute.registered_by.name}", False),
        ("纠纷类型", str(dispute.category), False),
        ("发生地", scrub(dispute.place_name), False),
        ("发生日期", f"{dispute.happened_on:{day}}" if dispute.happened_on else "", False),
        ("涉及人数", f"{dispute.people_count} 人", False),
        ("需要的语言", str(dispute.get_language_display()) if dispute.language else "", False),
        ("当事人选择", f"{dispute.wanted_mediator.name}调解" if dispute.wanted_mediator else "", False),
        ("涉及金额", f"¥{dispute.amount:,.2f}" if dispute.amount is not None else "", False),
        ("申请方式", str(dispute.get_application_form_display()), False),
        ("申请人意愿", str(dispute.get_willingness_display()), False),
        ("权利义务告知", _notice(dispute), False),
        ("承办", _handler(dispute), False),
        ("转往", str(dispute.transferred_to or ""), False),
        ("结果", _outcome(dispute), False),
    ]
    return [{"label": label, "value": value, "wide": wide} for label, value, wide in rows if value]


def _notice(dispute: Dispute) -> str:
    if not dispute.notice_form:
        return "尚未告知"
    at = f" {timezone.localtime(dispute.notice_at):%Y-%m-%d %H:%M}" if dispute.notice_at else ""
    return f"{dispute.get_notice_form_display()}{at}"


def _handler(dispute: Dispute) -> str:
    if not dispute.committee:
        return ""
    return f"{dispute.committee.organisation} {dispute.mediator.name if dispute.mediator else '（待指定调解员）'}"


def _outcome(dispute: Dispute) -> str:
    if not dispute.outcome:
        return ""
    day = f" {dispute.outcome_on:%Y-%m-%d}" if dispute.outcome_on else ""
    return f"{dispute.get_outcome_display()}{day}"
