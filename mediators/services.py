"""The verbs of committees and mediators.  Each is one transaction with one audit row; nothing else changes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import labels
from common.errors import Missing, NotPermitted, WrongState
from common.models import Counter
from common.pinyin import initials
from grids.choices import OrganisationKind
from grids.models import Division, Organisation
from mediators import court_lists, rights
from mediators.choices import GONE, GROUNDS, Ground, MediatorStatus, MemberPost
from mediators.models import (
    Committee,
    CommitteeMember,
    CourtList,
    Mediator,
    MinorityPlace,
    StatusChange,
    Training,
    term_ends,
)
from mediators.slots import work

ACTIONS: Final = {
    "committee.found": "调委会：设立",
    "committee.amend": "调委会：修改",
    "committee.seat": "调委会：增加委员",
    "committee.unseat": "调委会：委员离任",
    "committee.elect": "调委会：换届",
    "mediator.appoint": "调解员：聘任",
    "mediator.amend": "调解员：修改",
    "mediator.status": "调解员：状态变动",
    "mediator.training": "调解员：登记培训",
    "mediator.untrain": "调解员：删除培训",
    "committee.minority": "多民族居住地区：修改",
    "court_list.make": "通报名单：制作",
    "court_list.void": "通报名单：作废",
    "court_list.send": "通报名单：通报",
    "court_list.export": "通报名单：导出",
}


def _must_keep(by: Any, committee: Committee) -> None:
    if not rights.keeps(by, committee):
        raise NotPermitted("这个调委会由所在乡镇综治中心、区中心（督办、分流）和司法局维护。")


# ---- committees

OF_ORGANISATION: Final = ("name", "short_name", "phone", "address", "is_active")
OF_COMMITTEE: Final = ("kind", "fields", "established_on", "seal_name", "seal_keeper")


@transaction.atomic
def found(data: Mapping[str, Any], *, by: Any) -> Committee:
    """Enter a new committee at ``data["division"]``, with its organisation."""
    place: Division = data["division"]
    organisation = Organisation(
        code=f"TW-{place.pk}-{Counter.take(f'committee:{place.pk}'):02d}",
        kind=OrganisationKind.COMMITTEE,
        division=place,
    )
    committee = Committee(organisation=organisation)
    _fill(committee, data)
    _must_keep(by, committee)
    _no_namesake(organisation)
    organisation.save()
    committee.organisation = organisation
    committee.save(force_insert=True)
    committee.places.set(data.get("places", ()))
    audit.record("committee.found", actor=by, object_type="committee", object_id=str(committee.pk), place=place.pk)
    return committee


@transaction.atomic
def amend_committee(committee: Committee, data: Mapping[str, Any], *, by: Any) -> Committee:
    """Change what a committee's record says; where it stands does not change."""
    locked = Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    locked.organisation = Organisation.objects.select_related("division").get(pk=committee.pk)
    _must_keep(by, locked)
    before = {name: getattr(locked, name) for name in OF_COMMITTEE} | {
        name: getattr(locked.organisation, name) for name in OF_ORGANISATION
    }
    _fill(locked, data)
    _no_namesake(locked.organisation)
    locked.organisation.save()
    locked.save()
    if "places" in data:
        locked.places.set(data["places"])
    changed = sorted(name for name, value in before.items() if name in data and data[name] != value)
    audit.record("committee.amend", actor=by, object_type="committee", object_id=str(locked.pk), changed=changed)
    return locked


def _fill(committee: Committee, data: Mapping[str, Any]) -> None:
    for name in OF_COMMITTEE:
        if name in data:
            setattr(committee, name, data[name])
    for name in OF_ORGANISATION:
        if name in data:
            setattr(committee.organisation, name, data[name])
    organisation = committee.organisation
    organisation.initials = initials(organisation.short_name or organisation.name)[:100]


def _no_namesake(organisation: Organisation) -> None:
    others = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE, name=organisation.name).exclude(
        pk=organisation.pk
    )
    if others.exists():
        raise Missing({"name": "已经有同名的调委会。"})


@transaction.atomic
def seat(committee: Committee, data: Mapping[str, Any], *, by: Any) -> CommitteeMember:
    """Put a mediator of the committee, or a new one called ``data["new_name"]``, on a seat of it."""
    locked = _locked(committee)
    _must_keep(by, locked)
    mediator: Mediator | None = data.get("mediator")
    if mediator is None:
        if not data.get("new_name"):
            raise Missing({"mediator": "请选择一名调解员，或者填写新委员的姓名。"})
        mediator = Mediator(committee=locked, name=data["new_name"], appointed_on=data["starts_on"])
        mediator.fill_derived()
        mediator.save()
    if mediator.committee_id != locked.pk:
        raise Missing({"mediator": f"{mediator.name}不是这个调委会的调解员。"})
    if mediator.status in GONE:
        raise Missing({"mediator": f"{mediator.name}已{mediator.get_status_display()}，不能担任委员。"})
    current = locked.members.current()
    if current.filter(mediator=mediator).exists():
        raise Missing({"mediator": f"{mediator.name}已经是委员。"})
    if data["post"] == MemberPost.CHAIR and current.filter(post=MemberPost.CHAIR).exists():
        raise Missing({"post": "已经有主任，请先办理原主任离任。"})
    made = CommitteeMember.objects.create(
        committee=locked, mediator=mediator, post=data["post"], is_woman=bool(data.get("is_woman")),
        is_minority=bool(data.get("is_minority")), starts_on=data["starts_on"],
        ends_on=data.get("ends_on") or term_ends(data["starts_on"]),
    )  # fmt: skip
    audit.record(
        "committee.seat", actor=by, object_type="committee", object_id=str(locked.pk), mediator=mediator.pk,
        post=str(data["post"]),
    )  # fmt: skip
    return made


@transaction.atomic
def unseat(member: CommitteeMember, *, left_on: dt.date, why: str, by: Any) -> CommitteeMember:
    """A member leaves the committee; they stay on its list of mediators unless their status is changed too."""
    committee = _locked(member.committee)
    _must_keep(by, committee)
    locked = CommitteeMember.objects.select_for_update().get(pk=member.pk)
    if not locked.is_current:
        raise WrongState("这名委员已经离任。")
    if left_on < locked.starts_on:
        raise Missing({"left_on": f"离任日期不能早于任期起 {locked.starts_on}。"})
    locked.left_on, locked.left_why = left_on, why
    locked.save()
    audit.record(
        "committee.unseat", actor=by, object_type="committee", object_id=str(committee.pk), mediator=locked.mediator_id
    )
    return locked


@transaction.atomic
def elect(committee: Committee, starts_on: dt.date, posts: Mapping[int, str], *, by: Any) -> int:
    """A new term for the whole committee: ``posts`` gives the members who go on (by seat) and as what; others leave.

    Returns how many go on.  委员每届任期三年，可以连选连任（人民调解法 第9条）.
    """
    locked = _locked(committee)
    _must_keep(by, locked)
    current = list(locked.members.current().select_for_update().order_by("pk"))
    if starts_on <= max((one.starts_on for one in current), default=dt.date.min):
        raise Missing({"starts_on": "新一届的起始日期应当晚于本届的起始日期。"})
    if sum(post == MemberPost.CHAIR for post in posts.values()) > 1:
        raise Missing({"starts_on": "主任只能有一人。"})
    # The seat is free on the day the new term begins; the old row says how the last term ended.
    for one in current:
        one.left_on = max(starts_on - dt.timedelta(days=1), one.starts_on)
        one.left_why = "换届连任" if one.pk in posts else "换届"
    CommitteeMember.objects.bulk_update(current, ["left_on", "left_why"])
    CommitteeMember.objects.bulk_create(
        CommitteeMember(
            committee=locked, mediator_id=one.mediator_id, post=posts[one.pk], is_woman=one.is_woman,
            is_minority=one.is_minority, starts_on=starts_on, ends_on=term_ends(starts_on),
        )
        for one in current
        if one.pk in posts
    )  # fmt: skip
    audit.record("committee.elect", actor=by, object_type="committee", object_id=str(locked.pk), members=len(posts))
    return len(posts)


def _locked(committee: Committee) -> Committee:
    """The committee, locked: those who change its seats wait for each other."""
    Committee.objects.select_for_update(of=("self",)).filter(pk=committee.pk).values_list("pk").first()
    return Committee.objects.select_related("organisation__division").get(pk=committee.pk)


@transaction.atomic
def set_minority_places(places: Iterable[Division], *, by: Any) -> None:
    """Where several nationalities live together: the whole list at once."""
    if not rights.keeps_county(by):
        raise NotPermitted("多民族居住地区由区中心（督办、分流）和司法局维护。")
    chosen = {place.pk for place in places}
    MinorityPlace.objects.exclude(pk__in=chosen).delete()
    known = set(MinorityPlace.objects.values_list("pk", flat=True))
    MinorityPlace.objects.bulk_create(MinorityPlace(division_id=pk) for pk in sorted(chosen - known))
    audit.record("committee.minority", actor=by, object_type="rule", object_id="minority", places=sorted(chosen))


# ---- mediators

OF_MEDIATOR: Final = ("name", "kind", "phone", "grade", "appointed_on", "specialities", "languages")


@transaction.atomic
def appoint(data: Mapping[str, Any], *, by: Any) -> Mediator:
    """A committee appoints somebody (人民调解法 第13条)."""
    committee = Committee.objects.select_related("organisation__division").get(pk=data["committee"].pk)
    _must_keep(by, committee)
    mediator = Mediator(committee=committee, status_on=data.get("appointed_on"))
    for name in OF_MEDIATOR:
        if name in data:
            setattr(mediator, name, data[name])
    mediator.fill_derived()
    mediator.save()
    audit.record(
        "mediator.appoint", actor=by, object_type="mediator", object_id=str(mediator.pk), committee=committee.pk
    )
    return mediator


@transaction.atomic
def amend_mediator(mediator: Mediator, data: Mapping[str, Any], *, by: Any) -> Mediator:
    """Change what a mediator's record says; committee and status have verbs of their own."""
    locked = _locked_mediator(mediator)
    _must_keep(by, locked.committee)
    changed = [name for name in OF_MEDIATOR if name in data and getattr(locked, name) != data[name]]
    for name in changed:
        setattr(locked, name, data[name])
    locked.fill_derived()
    locked.save()
    audit.record("mediator.amend", actor=by, object_type="mediator", object_id=str(locked.pk), changed=changed)
    return locked


@transaction.atomic
def change_status(
    mediator: Mediator,
    to: str,
    *,
    ground: str,
    effective_on: dt.date,
    note: str = "",
    hand_over: Mapping[str, Mediator | None] | None = None,
    by: Any,
) -> StatusChange:
    """Pause, remove, dismiss or restore a mediator, and hand over the open cases that ``hand_over`` names.

    A case maps to its new mediator, or to None when the head of its committee is to name one.  Whoever is removed or
    dismissed leaves their seat on the committee too.  Everything or nothing.
    """
    locked = _locked_mediator(mediator)
    _must_keep(by, locked.committee)
    if to == locked.status:
        raise WrongState(f"{locked.name}已经是“{locked.get_status_display()}”。")
    if ground not in GROUNDS.get(to, ()):
        raise Missing({"ground": f"“{MediatorStatus(to).label}”不能用这个原因。"})
    if effective_on > timezone.localdate():
        raise Missing({"effective_on": "生效日期不能晚于今天。"})
    # Read again under lock: an heir may have been paused since the page was opened.
    keys = sorted({heir.pk for heir in (hand_over or {}).values() if heir})
    heirs = Mediator.objects.select_for_update().in_bulk(keys)
    plan = {code: heirs[heir.pk] if heir else None for code, heir in (hand_over or {}).items()}
    if any(heir and heir.pk == locked.pk for heir in plan.values()):
        raise Missing({"to_status": "不能移交给本人。"})
    load = Mediator.objects.filter(pk=locked.pk).annotate(load=work().load("mediator")).values_list("load", flat=True)
    open_cases = load[0]
    label = str(MediatorStatus(to).label)
    moved = work().hand_over(plan, f"原调解员{label}，移交", by) if plan else 0
    before = locked.status
    locked.status, locked.status_on = to, effective_on
    locked.status_reason = "" if to == MediatorStatus.SERVING else str(Ground(ground).label)
    locked.save(update_fields=["status", "status_on", "status_reason"])
    if to in GONE:
        for own in locked.seats.filter(left_on=None):
            own.left_on, own.left_why = max(effective_on, own.starts_on), label
            own.save(update_fields=["left_on", "left_why"])
    change = StatusChange.objects.create(
        mediator=locked, from_status=before, to_status=to, ground=ground, note=note, effective_on=effective_on,
        open_cases=open_cases, handed_over=moved, made_by=by,
    )  # fmt: skip
    audit.record(
        "mediator.status", actor=by, object_type="mediator", object_id=str(locked.pk), before=before, after=str(to),
        ground=str(ground), open_cases=open_cases, handed_over=moved,
    )  # fmt: skip
    return change


def _locked_mediator(mediator: Mediator) -> Mediator:
    Mediator.objects.select_for_update(of=("self",)).filter(pk=mediator.pk).values_list("pk").first()
    return Mediator.objects.select_related("committee__organisation__division").get(pk=mediator.pk)


@transaction.atomic
def record_training(mediators: Iterable[Mediator], data: Mapping[str, Any], *, by: Any) -> int:
    """One course attended by several mediators of committees this person keeps; who has it already is left alone."""
    rows = list(mediators)
    for one in rows:
        _must_keep(by, one.committee)
    made = Training.objects.bulk_create(
        (
            Training(
                mediator=one, held_on=data["held_on"], topic=data["topic"], hours=data["hours"],
                organiser=data.get("organiser", ""),
            )
            for one in rows
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    audit.record_each(
        "mediator.training", [("mediator", str(one.pk), {"hours": str(data["hours"])}) for one in rows], actor=by
    )
    return len(made)


@transaction.atomic
def forget_training(training: Training, *, by: Any) -> None:
    """A course entered by mistake."""
    _must_keep(by, training.mediator.committee)
    audit.record(
        "mediator.untrain", actor=by, object_type="mediator", object_id=str(training.mediator_id),
        held_on=str(training.held_on), hours=str(training.hours),
    )  # fmt: skip
    training.delete()


# ---- lists for the court


def _must_make_lists(by: Any) -> None:
    if not by.holds(*rights.LIST_MAKERS):
        raise NotPermitted(f"通报名单由{labels(rights.LIST_MAKERS)}制作和通报。")


def make_list(*, by: Any) -> CourtList:
    """Freeze today's committees and mediators, with what changed since the list that was last sent."""
    _must_make_lists(by)
    today = timezone.localdate()
    try:
        with transaction.atomic():
            waiting = CourtList.objects.filter(sent_on=None).first()
            if waiting:
                raise WrongState(f"{waiting}还没有通报，请先通报或者作废。")
            last = CourtList.objects.order_by("-year", "-number").first()
            committees = court_lists.snapshot()
            changed = court_lists.changes(last.content["committees"], committees) if last else []
            made = CourtList.objects.create(
                year=today.year, number=last.number + 1 if last and last.year == today.year else 1, as_of=today,
                content={"committees": committees, "changes": changed}, committee_count=len(committees),
                mediator_count=court_lists.count_people(committees), change_count=len(changed), previous=last,
                made_by=by,
            )  # fmt: skip
            audit.record(
                "court_list.make", actor=by, object_type="court_list", object_id=str(made.pk), number=made.number,
                committees=made.committee_count, mediators=made.mediator_count, changes=made.change_count,
            )  # fmt: skip
    except IntegrityError as fault:
        raise WrongState("刚刚有人制作了一份名单，请刷新后查看。") from fault
    return made


@transaction.atomic
def void_list(one: CourtList, *, by: Any) -> None:
    """Drop a list nobody was sent; its number is used again."""
    _must_make_lists(by)
    locked = CourtList.objects.select_for_update(of=("self",)).get(pk=one.pk)
    if locked.is_sent:
        raise WrongState("已经通报的名单不能作废。")
    audit.record("court_list.void", actor=by, object_type="court_list", object_id=str(locked.pk), number=locked.number)
    locked.delete()


@transaction.atomic
def send_list(one: CourtList, data: Mapping[str, Any], *, by: Any) -> CourtList:
    """Note that the list was sent: to which court, on which day, how.  Once, and then never changed."""
    _must_make_lists(by)
    locked = CourtList.objects.select_for_update(of=("self",)).get(pk=one.pk)
    if locked.is_sent:
        raise WrongState(f"{locked}已于 {locked.sent_on} 通报。")
    if data["sent_on"] > timezone.localdate():
        raise Missing({"sent_on": "通报日期不能晚于今天。"})
    if data["sent_on"] < locked.as_of:
        raise Missing({"sent_on": f"通报日期不能早于名单的截至日期 {locked.as_of}。"})
    locked.court, locked.sent_on, locked.sent_how, locked.sent_by = data["court"], data["sent_on"], data["sent_how"], by
    locked.save(update_fields=["court", "sent_on", "sent_how", "sent_by"])
    audit.record("court_list.send", actor=by, object_type="court_list", object_id=str(locked.pk), number=locked.number)
    return locked
