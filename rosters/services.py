"""Verbs: residences and their duties, a week of duty, swaps.  Each one transaction with its audit row."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, Case, F, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import RoleHolding, User
from common import workdays
from common.errors import Conflict, Missing, NotPermitted, WrongState
from grids.models import Organisation
from notices import services as notices
from rosters import grid, rights
from rosters.choices import COVERS, Half, SwapState
from rosters.grid import Cell, Week
from rosters.models import DutyList, DutyShift, Residency, SwapRequest

SWAP: Final = "roster.swap"
ACTIONS: Final = {
    "residency.add": "入驻：新增",
    "residency.amend": "入驻：修改",
    "residency.duties": "入驻：职责清单",
    "roster.write": "值班：排班",
    "roster.copy": "值班：照上周排班",
    "roster.swap_ask": "值班：申请换班",
    "roster.swap_accept": "值班：同意换班",
    "roster.swap_refuse": "值班：不同意换班",
    "roster.swap_withdraw": "值班：撤回换班",
}
#: Both exclusions wait for the end: two people may change places within one save.
PLACES: Final = "person_is_at_one_window_at_a_time, window_has_one_person_at_a_time"
TAKEN: Final = "同一个人同一时段只能在一个窗口值班。刚才有人改动了值班表，请刷新后再保存。"


# ---- residences


@transaction.atomic
def save_residency(residency: Residency, *, by: User) -> Residency:
    """Add a residence or change it.  Raises Missing when it would leave duty outside its dates."""
    if not rights.may_keep(by, residency.centre):
        raise NotPermitted("入驻单位由该中心的分流员、中心督办、乡镇综治中心和系统管理员维护。")
    is_new = residency.pk is None
    if not is_new:
        beyond = residency.shifts.exclude(day__gte=residency.since)
        if residency.until:
            beyond = residency.shifts.exclude(day__range=(residency.since, residency.until))
        if day := beyond.order_by("-day").values_list("day", flat=True).first():
            raise Missing({"until": f"{day} 还有值班安排，请先改值班表。"})
    residency.save()
    audit.record(
        "residency.add" if is_new else "residency.amend", actor=by, object_type="residency",
        object_id=str(residency.pk), organisation=residency.organisation.code, centre=residency.centre.code,
    )  # fmt: skip
    return residency


@transaction.atomic
def write_duties(
    residency: Residency, items: Sequence[str], *, basis: str, effective_on: dt.date, by: User
) -> DutyList:
    """Another version of a department's duties; the earlier ones stay readable."""
    if not (rights.may_keep(by, residency.centre) or rights.speaks_for(by, residency.organisation_id)):
        raise NotPermitted("职责清单由入驻单位的联络员和中心维护。")
    Residency.objects.select_for_update().get(pk=residency.pk)
    newest = residency.duty_lists.order_by("-number").first()
    if newest and newest.items == list(items) and newest.basis == basis:
        raise Missing({"items": "和现在的职责相同，没有改动。"})
    number = newest.number + 1 if newest else 1
    made = DutyList.objects.create(
        residency=residency, number=number, items=list(items), basis=basis, effective_on=effective_on, made_by=by
    )
    audit.record(
        "residency.duties", actor=by, object_type="residency", object_id=str(residency.pk), version=number,
        items=len(made.items),
    )  # fmt: skip
    return made


# ---- a week of duty


def people_of(organisations: Iterable[int]) -> dict[int, dict[str, int | None]]:
    """Per organisation, the accounts of its people by name; None where two people share a name.  One query."""
    found: dict[int, dict[str, int | None]] = defaultdict(dict)
    rows = RoleHolding.objects.active(timezone.localdate()).filter(
        organisation_id__in=list(organisations), user__is_active=True
    )
    for organisation, name, user in rows.values_list("organisation_id", "user__name", "user_id").distinct():
        known = found[organisation]
        known[name] = user if name not in known or known[name] == user else None
    return found


def write_week(centre: Organisation, week: Week, cells: Sequence[Cell], *, by: User) -> int:
    """Write the cells that were changed; how many that were.

    What somebody else changed meanwhile is not overwritten.  Raises Missing with a sentence for each bad cell, and
    nothing is written then.
    """
    changed = [cell for cell in cells if grid.tidy(cell.typed) != grid.tidy(cell.was)]
    if not changed:
        return 0
    with _placing(), transaction.atomic():
        lines = _locked(centre)
        there = _cells_of(lines, week.monday, week.sunday)
        wanted, faults = _wanted(changed, lines, there, by)
        if faults:
            raise Missing(faults)
        place(wanted, lines, there)
        audit.record(
            "roster.write", actor=by, object_type="roster", object_id=f"{centre.code}/{week.key}", cells=len(wanted)
        )
    return len(changed)


@dataclass
class Copied:
    """What copying a week did, and what it left alone."""

    shifts: int = 0
    holidays: int = 0
    there: int = 0
    ended: int = 0
    busy: int = 0

    def __str__(self) -> str:
        left = [
            f"{count} {words}"
            for count, words in (
                (self.holidays, "班遇休息日跳过"),
                (self.there, "班已有安排未动"),
                (self.ended, "班不在入驻期内"),
                (self.busy, "班因值班人另有安排未排"),
            )
            if count
        ]
        return "，".join([f"照上周排了 {self.shifts} 班", *left]) + "。"


def copy_week(centre: Organisation, week: Week, *, by: User) -> Copied:
    """The duty of the week before, on the same weekdays; days off are skipped, what is there is never overwritten."""
    if not rights.may_arrange(by, centre):
        raise NotPermitted("值班表由该中心的分流员、中心督办或者乡镇综治中心排定。")
    done = Copied()
    with _placing(), transaction.atomic():
        lines = _locked(centre)
        before = DutyShift.objects.filter(residency__in=lines).between(week.shifted(-1).monday, week.shifted(-1).sunday)
        there = _cells_of(lines, week.monday, week.sunday)
        taken = {(pk, day, half) for (pk, day), shifts in there.items() for half in _halves(shifts)}
        busy = _busy(week.monday, week.sunday)
        new = []
        for shift in before.order_by("pk"):
            day = shift.day + dt.timedelta(days=7)
            halves = COVERS[Half(shift.half)]
            if not workdays.is_workday(day):
                done.holidays += 1
            elif not lines[shift.residency_id].is_on(day):
                done.ended += 1
            elif any((shift.residency_id, day, half) in taken for half in halves):
                done.there += 1
            elif any((shift.person_key, day, half) in busy for half in halves):
                done.busy += 1
            else:
                new.append(
                    DutyShift(
                        residency_id=shift.residency_id,
                        day=day,
                        half=shift.half,
                        name=shift.name,
                        user_id=shift.user_id,
                    )
                )
        done.shifts = len(DutyShift.objects.bulk_create(new))
        audit.record(
            "roster.copy", actor=by, object_type="roster", object_id=f"{centre.code}/{week.key}", shifts=done.shifts
        )
    return done


@contextmanager
def _placing() -> Iterator[None]:
    """Whoever loses a race for a person or a window reads a sentence."""
    try:
        yield
    except IntegrityError as error:
        if any(name.strip() in str(error) for name in PLACES.split(",")):
            raise Conflict(TAKEN) from error
        raise


def _locked(centre: Organisation) -> dict[int, Residency]:
    """The residences of a centre; two who plan for the same centre wait for each other."""
    rows = Residency.objects.filter(centre=centre).order_by("pk").select_for_update(of=("self",))
    return {line.pk: line for line in rows.select_related("organisation", "centre__division")}


def _cells_of(lines: Iterable[int], first: dt.date, last: dt.date) -> dict[tuple[int, dt.date], list[DutyShift]]:
    found: dict[tuple[int, dt.date], list[DutyShift]] = defaultdict(list)
    for shift in DutyShift.objects.filter(residency__in=list(lines)).between(first, last):
        found[shift.residency_id, shift.day].append(shift)
    return found


def _halves(shifts: Iterable[DutyShift]) -> list[Half]:
    return [half for shift in shifts for half in COVERS[Half(shift.half)]]


def _busy(first: dt.date, last: dt.date) -> dict[tuple[str, dt.date, Half], DutyShift]:
    """Who stands where on these days, in every centre."""
    rows = DutyShift.objects.between(first, last).select_related("residency__organisation")
    return {(shift.person_key, shift.day, half): shift for shift in rows for half in COVERS[Half(shift.half)]}


Wanted = dict[tuple[int, dt.date], list[tuple[Half, str, int | None]]]


def _wanted(
    changed: Sequence[Cell],
    lines: Mapping[int, Residency],
    there: Mapping[tuple[int, dt.date], list[DutyShift]],
    by: User,
) -> tuple[Wanted, dict[str, str]]:
    """What the changed cells ask for, and a sentence for each that cannot be had."""
    accounts = people_of({line.organisation_id for line in lines.values()})
    wanted: Wanted = {}
    faults: dict[str, str] = {}
    for cell in changed:
        line = lines.get(cell.residency_id)
        if line is None:
            faults[cell.name] = "这个单位已经不在名册里，请刷新。"
            continue
        if not rights.may_fill(by, line):
            raise NotPermitted(f"{line.organisation} 的值班由该单位联络员或者中心安排。")
        now = grid.said(there.get((line.pk, cell.day), ()))
        if now not in (grid.tidy(cell.was), grid.tidy(cell.typed)):
            faults[cell.name] = f"别人刚改成“{now or '空'}”，请核对后再改。"
            continue
        try:
            asked = grid.read(cell.typed)
        except grid.Unreadable as error:
            faults[cell.name] = str(error)
            continue
        if asked and not line.is_on(cell.day):
            faults[cell.name] = "这一天不在入驻期内。"
            continue
        known = accounts.get(line.organisation_id, {})
        wanted[line.pk, cell.day] = [(half, name, known.get(name)) for half, name in asked]
    faults |= clashes(wanted, lines)
    return wanted, faults


def clashes(wanted: Wanted, lines: Mapping[int, Residency]) -> dict[str, str]:
    """Cells that would put somebody at two windows, given everything else that is written with them."""
    if not wanted:
        return {}
    days = [day for _, day in wanted]
    stay = {
        key: shift.residency
        for key, shift in _busy(min(days), max(days)).items()
        if (shift.residency_id, shift.day) not in wanted
    }
    faults = {}
    for (pk, day), people in wanted.items():
        for half, name, user in people:
            key = key_of(lines[pk], name, user)
            for part in COVERS[half]:
                if (key, day, part) in stay:
                    other = stay[key, day, part]
                    faults[grid.cell_name(pk, day)] = f"{name} {day:%m-%d} {part.label}已在 {other} 值班。"
                stay.setdefault((key, day, part), lines[pk])
    return faults


def key_of(line: Residency, name: str, user: int | None) -> str:
    """Who somebody is, as the trigger writes it."""
    return f"u{user}" if user else f"o{line.organisation_id}:{name}"


def place(wanted: Wanted, lines: Mapping[int, Residency], there: Mapping[tuple[int, dt.date], list[DutyShift]]) -> None:
    """Bring the rows of these cells to what is wanted; a shift that stays somebody's own keeps its row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {PLACES} DEFERRED")
    gone, new = [], []
    for (pk, day), people in wanted.items():
        now = {(shift.half, shift.name, shift.user_id): shift for shift in there.get((pk, day), ())}
        gone += [shift for key, shift in now.items() if key not in people]
        new += [
            DutyShift(residency=lines[pk], day=day, half=half, name=name, user_id=user)
            for half, name, user in people
            if (half, name, user) not in now
        ]
    _lapse(gone)
    DutyShift.objects.filter(pk__in=[shift.pk for shift in gone]).delete()
    DutyShift.objects.bulk_create(new)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {PLACES} IMMEDIATE")


def _lapse(shifts: Sequence[DutyShift]) -> None:
    """Requests about shifts that are no more have nothing left to be answered."""
    keys = [shift.pk for shift in shifts]
    about = SwapRequest.objects.waiting().filter(shift__in=keys) | SwapRequest.objects.waiting().filter(other__in=keys)
    for swap in list(about.select_for_update(of=("self",))):
        _close(swap, SwapState.LAPSED, by=None, answer="值班表已改动。")


# ---- swaps


@transaction.atomic
def ask_swap(shift: DutyShift, *, other: DutyShift | None, to_name: str, reason: str, by: User) -> SwapRequest:
    """Ask that somebody else takes a shift: for ``other``, one of theirs, or, without it, for nothing."""
    shift = DutyShift.objects.select_for_update(of=("self",)).select_related("residency__centre__division").get(
        pk=shift.pk
    )  # fmt: skip
    line = shift.residency
    if not rights.may_ask(by, shift):
        raise NotPermitted("换班由值班人本人、单位联络员或者中心提出。")
    if shift.day < timezone.localdate():
        raise WrongState("这一班已经过去，不能再换。")
    if other is not None:
        if other.residency.organisation_id != line.organisation_id or other.day < timezone.localdate():
            raise Missing({"other": "只能和本单位今天以后的班对换。"})
        to_name, to_user = other.name, other.user_id
    else:
        to_user = people_of([line.organisation_id]).get(line.organisation_id, {}).get(to_name)
    if not to_name or (to_name, to_user) == (shift.name, shift.user_id):
        raise Missing({"other" if other else "to_name": "请选别人来接这一班。"})
    if SwapRequest.objects.waiting().filter(shift=shift).exists():
        raise WrongState("这一班已经有一个待答复的换班申请。")
    swap = SwapRequest.objects.create(
        residency=line, shift=shift, other=other, day=shift.day, half=shift.half, from_name=shift.name,
        to_name=to_name, to_user_id=to_user, reason=reason, asked_by=by, other_day=other.day if other else None,
        other_half=other.half if other else "",
    )  # fmt: skip
    _note("roster.swap_ask", swap, by)
    readers = {*rights.arrangers_of(line.centre, timezone.localdate()), to_user} - {None, by.pk}
    notices.post(
        f"swap:{swap.pk}:asked", sorted(filter(None, readers)), kind=SWAP, subject=f"swap:{swap.pk}",
        title=f"换班待答复：{_told(swap)}", url=reverse("rosters:swaps"), due_on=swap.day,
    )  # fmt: skip
    return swap


def accept_swap(swap: SwapRequest, *, by: User) -> SwapRequest:
    """Both shifts change hands at once.  Raises Conflict when the roster is no longer what was asked about."""
    with _placing(), transaction.atomic():
        swap = _to_answer(swap, by)
        shifts = {
            shift.pk: shift
            for shift in DutyShift.objects.select_for_update()
            .filter(pk__in=[pk for pk in (swap.shift_id, swap.other_id) if pk])
            .order_by("pk")
        }
        shift, other = shifts.get(swap.shift_id or 0), shifts.get(swap.other_id or 0)
        if shift is None or shift.name != swap.from_name or (swap.other_day and other is None):
            raise Conflict("值班表已经改动，这个申请不再适用。请让对方重新提出。")
        if other is not None and other.name != swap.to_name:
            raise Conflict("对方那一班已经换人，这个申请不再适用。请让对方重新提出。")
        new = {shift.pk: (swap.to_name, swap.to_user_id)} | (
            {other.pk: (shift.name, shift.user_id)} if other else {}
        )  # fmt: skip
        DutyShift.objects.filter(pk__in=new).update(
            name=Case(*(When(pk=pk, then=Value(name)) for pk, (name, _) in new.items()), default=F("name")),
            user=Case(
                *(When(pk=pk, then=Value(user, BigIntegerField())) for pk, (_, user) in new.items()),
                default=F("user"),
                output_field=BigIntegerField(),
            ),
        )
        _close(swap, SwapState.ACCEPTED, by=by)
        _note("roster.swap_accept", swap, by)
    return swap


@transaction.atomic
def refuse_swap(swap: SwapRequest, *, answer: str, by: User) -> SwapRequest:
    swap = _to_answer(swap, by)
    if not answer.strip():
        raise Missing({"answer": "请写明不同意的原因。"})
    _close(swap, SwapState.REFUSED, by=by, answer=answer.strip())
    _note("roster.swap_refuse", swap, by)
    return swap


@transaction.atomic
def withdraw_swap(swap: SwapRequest, *, by: User) -> SwapRequest:
    swap = _waiting(swap)
    if swap.asked_by_id != by.pk:
        raise NotPermitted("换班申请由提出的人撤回。")
    _close(swap, SwapState.WITHDRAWN, by=by)
    _note("roster.swap_withdraw", swap, by)
    return swap


def _waiting(swap: SwapRequest) -> SwapRequest:
    """The request, locked and still open.  Raises WrongState."""
    rows = SwapRequest.objects.select_for_update(of=("self",)).select_related("residency__centre__division")
    swap = rows.get(pk=swap.pk)
    if not swap.is_open:
        raise WrongState(f"这个换班申请{SwapState(swap.state).label}，不用再答复。")
    return swap


def _to_answer(swap: SwapRequest, by: User) -> SwapRequest:
    swap = _waiting(swap)
    if not rights.may_answer(by, swap):
        raise NotPermitted("换班由接替的人，或者该中心的分流员、中心督办、乡镇综治中心答复。")
    return swap


def _close(swap: SwapRequest, state: SwapState, *, by: User | None, answer: str = "") -> None:
    swap.state, swap.answered_by, swap.answered_at, swap.answer = state, by, timezone.now(), answer
    swap.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    notices.settle(f"swap:{swap.pk}")
    readers = {swap.asked_by_id, swap.to_user_id} - {None, by.pk if by else None}
    notices.post(
        f"swap:{swap.pk}:{state}", sorted(filter(None, readers)), kind=SWAP,
        title=f"换班{state.label}：{_told(swap)}", url=reverse("rosters:swaps"),
    )  # fmt: skip


def _told(swap: SwapRequest) -> str:
    """Which shift, without anybody's name."""
    return f"{swap.day:%m-%d} {Half(swap.half).label} {swap.residency.organisation}"


def _note(action: str, swap: SwapRequest, by: User) -> None:
    audit.record(action, actor=by, object_type="swap", object_id=str(swap.pk), residency=swap.residency_id)
