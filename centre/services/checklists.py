"""Checklists: worded in drafts, published as a whole, marked centre by centre; nothing that was in force is changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import labels
from centre.choices import WORD_LISTS, ChecklistState, Finding
from centre.models import Centre, Checklist, ChecklistItem, CheckMark
from centre.rights import keeps, words_lists
from common.errors import Conflict, Missing, NotPermitted, WrongState


def _only_worders(by: Any) -> None:
    if not words_lists(by):
        raise NotPermitted(f"规范化清单的条目由{labels(WORD_LISTS)}起草和发布。")


@transaction.atomic
def draft(key: str, *, by: Any) -> Checklist:
    """The draft of the next version, begun as a copy of what is in force; the one there is when one was begun."""
    _only_worders(by)
    versions = Checklist.objects.select_for_update().filter(key=key)
    begun = versions.filter(state=ChecklistState.DRAFT).first()
    if begun:
        return begun
    before = versions.order_by("-version").first()
    if before is None:
        raise WrongState("没有这份清单。")
    fresh = Checklist.objects.create(
        key=key, name=before.name, version=before.version + 1, source=before.source, made_by=by
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            checklist=fresh, subject=item.subject, number=item.number, title=item.title, hint=item.hint,
            to_confirm=item.to_confirm,
        )
        for item in before.items.all()
    )  # fmt: skip
    audit.record("checklist.draft", actor=by, object_type="checklist", object_id=key, version=fresh.version)
    return fresh


@transaction.atomic
def word(checklist: Checklist, *, by: Any, source: str, note: str, items: Iterable[Mapping[str, Any]]) -> Checklist:
    """Replace the words of a draft.  An item keeps its subject, so marks made before stay with it."""
    _only_worders(by)
    locked = _draft(checklist)
    rows = [item for item in items if item.get("title")]
    if not rows:
        raise Missing({"items": "清单至少要有一条。"})
    known = set(locked.items.values_list("subject", flat=True))
    locked.source, locked.note = source, note
    locked.save(update_fields=["source", "note"])
    locked.items.all().delete()
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            checklist=locked, number=number, title=row["title"], hint=row.get("hint", ""),
            to_confirm=bool(row.get("to_confirm")),
            subject=row["subject"] if row.get("subject") in known else uuid.uuid4(),
        )
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    return locked


@transaction.atomic
def publish(checklist: Checklist, *, by: Any) -> Checklist:
    """Put a draft in force in place of the version before it."""
    _only_worders(by)
    locked = _draft(checklist)
    if not locked.items.exists():
        raise Missing({"items": "清单至少要有一条。"})
    now = timezone.now()
    Checklist.objects.filter(key=locked.key, state=ChecklistState.PUBLISHED).update(state=ChecklistState.RETIRED)
    locked.state, locked.published_by, locked.published_at = ChecklistState.PUBLISHED, by, now
    locked.save(update_fields=["state", "published_by", "published_at"])
    audit.record("checklist.publish", actor=by, object_type="checklist", object_id=locked.key, version=locked.version)
    return locked


@transaction.atomic
def drop(checklist: Checklist, *, by: Any) -> None:
    """Throw a draft away; what is in force stays."""
    _only_worders(by)
    locked = _draft(checklist)
    audit.record("checklist.drop", actor=by, object_type="checklist", object_id=locked.key, version=locked.version)
    locked.delete()


def _draft(checklist: Checklist) -> Checklist:
    locked = Checklist.objects.select_for_update().filter(pk=checklist.pk).first()
    if locked is None or locked.state != ChecklistState.DRAFT:
        raise Conflict("这份草稿已经发布或者放弃，请重新打开清单。")
    return locked


@transaction.atomic
def mark(centre: Centre, item: ChecklistItem, *, by: Any, finding: str, evidence: str, found_on: dt.date) -> CheckMark:
    """Say what was found about one item at one centre, and what shows it.  The mark before it stays in the history."""
    if not keeps(by, centre.organisation.division.path):
        raise NotPermitted("清单情况由本乡镇综治中心、区中心督办和分流员登记。")
    if item.checklist.state != ChecklistState.PUBLISHED:
        raise Conflict("清单已有新版，请按现行的条目登记。")
    if finding not in Finding.values:
        raise Missing({"finding": "请选择符合还是不符合。"})
    if not evidence.strip():
        raise Missing({"evidence": "请写明依据，一句话即可。"})
    if found_on > timezone.localdate():
        raise Missing({"found_on": "查看日期不能晚于今天。"})
    Centre.objects.select_for_update().filter(pk=centre.pk).values_list("pk").first()
    now = timezone.now()
    CheckMark.objects.in_force().filter(centre=centre, subject=item.subject).update(superseded_at=now)
    made = CheckMark.objects.create(
        centre=centre, subject=item.subject, item=item, finding=finding, evidence=evidence.strip(), found_on=found_on,
        made_by=by, made_at=now,
    )  # fmt: skip
    audit.record(
        "checkmark.set", actor=by, object_type="checklist", object_id=item.checklist.key, centre=centre.code,
        item=item.number, finding=finding,
    )  # fmt: skip
    return made
