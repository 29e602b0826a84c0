"""Changing the routing rules: in a draft, tried before it is published, published for a reason, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts import audit
from accounts.choices import Role
from accounts.models import User
from common.errors import Conflict, GuardRefused, Missing, NotPermitted, NotVisible
from disputes.assignment import routing
from disputes.assignment.pool import fits
from disputes.assignment.routing import Rule
from disputes.choices import Destination, RoutingState
from disputes.models import RoutingRule, RoutingVersion
from grids.choices import Level

#: For the whole district, so only those who hold the role there.
EDITORS = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
DRAFT, CHANGE, PUBLISH, DISCARD = "routing.draft", "routing.change", "routing.publish", "routing.discard"
ACTIONS = {
    DRAFT: "分派规则：起草",
    CHANGE: "分派规则：修改草稿",
    PUBLISH: "分派规则：发布",
    DISCARD: "分派规则：废弃草稿",
}
#: What the audit trail calls a version.
OBJECT = "routing"
#: As many as one person can still read through.
MOST_RULES = 60
FIELDS = (
    "category", "place", "source", "risk_from", "people_from", "has_organisation", "destination", "committee", "reason",
)  # fmt: skip
SOMEBODY_CHANGED = "草稿刚刚有改动，已为您刷新，请看过以后再办理。"


def may_edit(user: Any) -> bool:
    """Whether the rules are this person's to change: 分流员 or 中心督办 of the district."""
    return any(
        one.role in EDITORS and one.division and one.division.level == Level.COUNTY
        for one in getattr(user, "holdings", ())
    )


def only_editors(by: User) -> None:
    if not may_edit(by):
        raise NotPermitted("分派规则由区级的分流员、中心督办修改。")


def current_draft() -> RoutingVersion | None:
    return RoutingVersion.objects.filter(state=RoutingState.DRAFT).select_related("made_by", "copied_from").first()


@transaction.atomic
def open_draft(*, by: User, copied_from: int | None = None) -> RoutingVersion:
    """A draft with the rules of the version in force, or of the version numbered ``copied_from``.

    Raises NotPermitted, NotVisible for a version there is not, Conflict when somebody's draft lies open already.
    """
    only_editors(by)
    # One at a time: whoever comes second waits here and then finds the draft of the first.
    in_force = RoutingVersion.objects.select_for_update().filter(state=RoutingState.PUBLISHED).first()
    if in_force is None:  # superseded while we waited for it
        raise Conflict(SOMEBODY_CHANGED)
    lying = current_draft()
    if lying:
        who = lying.made_by.name if lying.made_by else "--"
        raise Conflict(f"已有一份草稿（{who} 起草），请在这份草稿上改，或者先废弃它。")
    source = in_force
    if copied_from is not None and copied_from != in_force.number:
        found = RoutingVersion.objects.filter(number=copied_from, state=RoutingState.SUPERSEDED).first()
        if found is None:
            raise NotVisible
        source = found
    number = RoutingVersion.objects.aggregate(last=Max("number"))["last"] + 1
    draft = RoutingVersion.objects.create(number=number, copied_from=source, made_by=by)
    copies = []
    for row in source.rules.order_by("position"):
        row.pk, row.version = None, draft
        row._state.adding = True
        copies.append(row)
    RoutingRule.objects.bulk_create(copies)
    audit.record(DRAFT, actor=by, object_type=OBJECT, object_id=str(number), copied_from=source.number)
    return draft


def _locked(revision: int | None = None) -> RoutingVersion:
    """The draft, held against everyone else; Conflict when it is not the one the person looked at."""
    draft = RoutingVersion.objects.select_for_update().filter(state=RoutingState.DRAFT).first()
    if draft is None:
        raise Conflict("草稿已经发布或者废弃，请重新打开。")
    if revision is not None and revision != draft.revision:
        raise Conflict(SOMEBODY_CHANGED)
    return draft


def _row(draft: RoutingVersion, pk: int) -> RoutingRule:
    row = draft.rules.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _changed(draft: RoutingVersion, by: User, what: str, position: int) -> None:
    RoutingVersion.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
    audit.record(CHANGE, actor=by, object_type=OBJECT, object_id=str(draft.number), change=what, position=position)


@transaction.atomic
def add_rule(data: Mapping[str, Any], *, by: User, position: int | None = None) -> RoutingRule:
    """One more rule of the draft, at ``position``, or where it takes all the cases it speaks of."""
    only_editors(by)
    draft = _locked()
    rows = list(draft.rules.order_by("position"))
    if len(rows) >= MOST_RULES:
        raise GuardRefused(f"规则最多 {MOST_RULES} 条，请先合并或者删除几条。")
    new = RoutingRule(version=draft, position=0, **{name: data[name] for name in FIELDS if name in data})
    _sound(new, rows)
    place = position if position is not None else _fitting_place(new, rows)
    place = max(1, min(place, len(rows) + 1))
    _make_room(rows, place)
    new.position = place
    new.save()
    _changed(draft, by, "add", place)
    return new


@transaction.atomic
def change_rule(pk: int, data: Mapping[str, Any], *, by: User) -> RoutingRule:
    """Other words for a rule of the draft; it stays where it stands."""
    only_editors(by)
    draft = _locked()
    row = _row(draft, pk)
    for name in FIELDS:
        if name in data:
            setattr(row, name, data[name])
    _sound(row, draft.rules.exclude(pk=pk))
    row.save()
    _changed(draft, by, "change", row.position)
    return row


@transaction.atomic
def move_rule(pk: int, *, up: bool, by: User) -> RoutingRule:
    """One place up or down; at the end of the list it stays."""
    only_editors(by)
    draft = _locked()
    row = _row(draft, pk)
    other = draft.rules.filter(position=row.position + (-1 if up else 1)).first()
    if other:
        row.position, other.position = other.position, row.position
        RoutingRule.objects.bulk_update([row, other], ["position"])
        _changed(draft, by, "move", row.position)
    return row


@transaction.atomic
def delete_rule(pk: int, *, by: User) -> None:
    only_editors(by)
    draft = _locked()
    row = _row(draft, pk)
    position = row.position
    row.delete()
    rest = list(draft.rules.order_by("position"))
    for number, one in enumerate(rest, start=1):
        one.position = number
    RoutingRule.objects.bulk_update(rest, ["position"])
    _changed(draft, by, "delete", position)


@transaction.atomic
def discard(*, by: User, revision: int | None = None) -> None:
    """Throw the draft away; what was published stays as it is."""
    only_editors(by)
    draft = _locked(revision)
    number = draft.number
    draft.rules.all().delete()
    draft.delete()
    audit.record(DISCARD, actor=by, object_type=OBJECT, object_id=str(number))


@transaction.atomic
def publish(*, reason: str, by: User, revision: int) -> RoutingVersion:
    """Put the draft in force in place of the version before, which is kept.

    ``revision`` is the one the person looked at.  Raises NotPermitted, Conflict when the draft changed since, Missing
    without a reason, GuardRefused for rules that leave some cases without a place or that change nothing.
    """
    only_editors(by)
    if not reason.strip():
        raise Missing({"reason": "请写明为什么改。"})
    draft = _locked(revision)  # first: whoever waits here finds it published, and the version before is nobody else's
    before = RoutingVersion.objects.select_for_update().get(state=RoutingState.PUBLISHED)
    rules = routing.rules_of(draft.rules.all())
    if not ends_with_everything(rules):
        raise GuardRefused(NO_LAST_RULE)
    old = routing.rules_of(before.rules.all())
    if len(old) == len(rules) and all(one.same_as(other) for one, other in zip(old, rules, strict=True)):
        raise GuardRefused("草稿与现行规则相同，没有要发布的改动。")
    now = timezone.now()
    before.state, before.superseded_at = RoutingState.SUPERSEDED, now
    before.save(update_fields=["state", "superseded_at"])
    draft.state, draft.reason, draft.published_by, draft.published_at = RoutingState.PUBLISHED, reason.strip(), by, now
    draft.save(update_fields=["state", "reason", "published_by", "published_at"])
    audit.record(
        PUBLISH, actor=by, object_type=OBJECT, object_id=str(draft.number), reason=reason,
        before=before.number, rules=len(rules),
    )  # fmt: skip
    routing.forget_rules()
    transaction.on_commit(routing.forget_rules)
    return draft


# ---- what a set of rules must be


NO_LAST_RULE = "最后一条必须不设条件、派给一级调委会，否则有的纠纷没有去处。"


def ends_with_everything(rules: tuple[Rule, ...]) -> bool:
    """Whether the last rule takes whatever is left."""
    return bool(rules) and rules[-1].is_certain and not rules[-1].conditions


def unreached(rules: tuple[Rule, ...]) -> dict[int, Rule]:
    """Rules that never come to speak, by key, each with the earlier one that takes all its cases."""
    found = {}
    for number, rule in enumerate(rules):
        cover = next((earlier for earlier in rules[:number] if earlier.covers(rule)), None)
        if cover:
            found[rule.key] = cover
    return found


def taken_before(rules: tuple[Rule, ...]) -> dict[int, list[int]]:
    """For each rule with conditions, by key: the numbers of earlier ones that send some of its cases elsewhere."""
    found = {}
    for number, rule in enumerate(rules):
        takers = [
            earlier.position
            for earlier in rules[:number]
            if earlier.is_certain and earlier.meets(rule) and earlier.goes_to != rule.goes_to
        ]
        if rule.conditions and takers:
            found[rule.key] = takers
    return found


def _sound(new: RoutingRule, others: Any) -> None:
    """Raises Missing when a rule names nobody, names a committee that may not take its cases, or stands there twice."""
    if new.destination == Destination.NAMED:
        _committee_fits(new)
    else:
        new.committee = None
    rule = routing.rule_of(new)
    for other in others:
        if routing.rule_of(other).conditions == rule.conditions and other.destination == new.destination:
            raise Missing({"destination": f"与第 {other.position} 条的条件和去向相同。"})


def _committee_fits(new: RoutingRule) -> None:
    committee = new.committee
    if committee is None:
        raise Missing({"committee": "请选择调委会。"})
    place = committee.organisation.division
    if place.level in (Level.TOWNSHIP, Level.VILLAGE) and (new.place is None or not fits(committee, new.place.path)):
        raise Missing({"committee": f"{committee}只能办理{place.name}一带的纠纷，请把发生地写成那里。"})


def _fitting_place(new: RoutingRule, rows: list[RoutingRule]) -> int:
    """Before the first rule that would take some of its cases elsewhere: so its sentence holds as it is read."""
    rule = routing.rule_of(new)
    for row in rows:
        other = routing.rule_of(row)
        if other.is_certain and other.meets(rule) and other.goes_to != rule.goes_to:
            return row.position
    return len(rows)


def _make_room(rows: list[RoutingRule], place: int) -> None:
    later = [row for row in rows if row.position >= place]
    for row in later:
        row.position += 1
    RoutingRule.objects.bulk_update(later, ["position"])
