"""Registering a dispute: first it is registered, then it is judged (信访工作条例 第22条; 诉讼时效规定 第12条)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.crypto import blind_index
from common.errors import Missing, NotPermitted, Refusal
from common.models import Counter
from common.pinyin import sort_key
from common.search import grams
from disputes import workflow
from disputes.choices import LinkKind, NoticeForm, PartyRole, Status
from disputes.models import Dispute, DisputeLink, Party
from disputes.services import clocks
from disputes.services.timeline import Note, record
from disputes.signals import dispute_moved
from grids.choices import Level
from grids.models import Division

#: Two letters of the county before the year: 甘州.
CODE_PREFIX = "GZ"

DISPUTE_FIELDS = (
    "source", "source_organisation", "source_number", "application_form", "category", "division", "place_detail",
    "happened_on", "summary", "claim", "people_count", "amount", "willingness", "risk", "may_escalate", "police_told_at",
    "visit", "language",
)  # fmt: skip
PARTY_FIELDS = (
    "kind", "name", "id_kind", "id_number", "no_id_reason", "id_is_checked", "sex", "birth_date", "phone", "address",
    "contact_name", "guardian_name", "agent_name", "refuses",
)  # fmt: skip


def register(
    *,
    by: Any,
    data: Mapping[str, Any],
    applicants: Sequence[Mapping[str, Any]],
    respondents: Sequence[Mapping[str, Any]],
    submission_key: uuid.UUID,
    fingerprint: str = "",
) -> tuple[Dispute, bool]:
    """Register a dispute and return it with True, or with False when this very submission was registered before.

    ``data`` holds DISPUTE_FIELDS plus ``applied_on``, ``notice_form``, ``links`` ([(Dispute, LinkKind)]).
    ``fingerprint`` tells this submission from another sent with the same key (services/submissions.py).
    Raises NotPermitted when none of the person's roles may register at that place, Missing for absent parties
    and impossible days.
    """
    division: Division = data["division"]
    if not _may_register(by, division):
        raise NotPermitted("您没有在该地登记纠纷的权限。")
    if not applicants or not respondents:
        raise Missing({"applicants" if not applicants else "respondents": "申请人和被申请人都至少要有一位。"})
    _check_days(data)
    with transaction.atomic():
        earlier = Dispute.objects.filter(submission_key=submission_key).first()
        if earlier:
            return _same_submission(earlier, by), False
        people = max(2, len(applicants) + len(respondents))
        dispute = _create(by, {**data, "people_count": data.get("people_count") or people}, division, submission_key)
        if dispute is None:  # another copy of this submission won the race
            return _same_submission(Dispute.objects.get(submission_key=submission_key), by), False
        parties = add_parties(dispute, applicants, PartyRole.APPLICANT) + add_parties(
            dispute, respondents, PartyRole.RESPONDENT
        )
        refresh_derived(dispute, parties)
        DisputeLink.objects.bulk_create(
            DisputeLink(dispute=dispute, other=other, kind=LinkKind(kind), made_by=by)
            for other, kind in data.get("links", ())
        )
        detail = {"source": dispute.source} | ({"fingerprint": fingerprint} if fingerprint else {})
        event = record(dispute, "register", by=by, before="", note=Note(detail=detail))
        clocks.advance(dispute, "register")
        dispute.save()
        dispute_moved.send(sender=Dispute, dispute=dispute, event=event, by=by)
    return dispute, True


def _check_days(data: Mapping[str, Any]) -> None:
    """The day of application is evidence and cannot be corrected later, so it is refused here whoever calls."""
    today = timezone.localdate()
    applied = data.get("applied_on") or today
    if applied > today:
        raise Missing({"applied_on": "申请日期不能晚于今天。"})
    if data.get("happened_on") and data["happened_on"] > applied:
        raise Missing({"happened_on": f"发生日期不能晚于申请日期（{applied:%Y-%m-%d}）。"})


def _may_register(by: Any, division: Division) -> bool:
    return any(
        holding.role in workflow.REGISTER and holding.division and division.path.startswith(holding.division.path)
        for holding in by.holdings
    )


def _same_submission(dispute: Dispute, by: Any) -> Dispute:
    if dispute.registered_by_id != by.pk:
        raise Refusal("提交标识已被使用，请重新打开登记页。")
    return dispute


def _create(by: Any, data: Mapping[str, Any], division: Division, submission_key: uuid.UUID) -> Dispute | None:
    now = timezone.now()
    notice = data.get("notice_form") or NoticeForm.NONE
    values = {name: data[name] for name in DISPUTE_FIELDS if data.get(name) not in (None, "")}
    values |= {
        "status": Status.REGISTERED,
        "applied_on": data.get("applied_on") or timezone.localdate(),
        "registered_at": now,
        "registered_by": by,
        "township": township_of(division),
        "place_path": division.path,
        "notice_form": notice,
        "notice_at": now if notice else None,
    }
    try:
        # The number is taken inside the savepoint: a copy that loses the race gives it back and leaves no gap.
        with transaction.atomic():
            code = next_code(timezone.localdate().year)
            return Dispute.objects.create(submission_key=submission_key, code=code, **values)
    except IntegrityError:
        if not Dispute.objects.filter(submission_key=submission_key).exists():
            raise
        return None


def next_code(year: int) -> str:
    """``GZ2026-000123``: one running number a year, short enough to be read out on the phone."""
    return f"{CODE_PREFIX}{year}-{Counter.take(f'dispute:{year}'):06d}"


def township_of(division: Division) -> Division | None:
    if division.level == Level.TOWNSHIP:
        return division
    return division.parent if division.level == Level.VILLAGE else None


def add_parties(dispute: Dispute, given: Sequence[Mapping[str, Any]], role: str, first: int = 1) -> list[Party]:
    """Create parties on one side, numbered from ``first``, with their indexes and derived columns."""
    parties = []
    for number, values in enumerate(given, start=first):
        party = Party(dispute=dispute, role=role, number=number)
        for name in PARTY_FIELDS:
            if values.get(name) not in (None, ""):
                setattr(party, name, values[name])
        fill_derived(party)
        parties.append(party)
    return Party.objects.bulk_create(parties)


def fill_derived(party: Party) -> None:
    """Set what follows from the typed values: sort key and the blind indexes for equality search."""
    party.sort_key = sort_key(party.name)[:200]
    party.id_number_index = blind_index("party.id_number", party.id_number) if party.id_number else ""
    party.phone_index = blind_index("party.phone", party.phone) if party.phone else ""


def refresh_derived(dispute: Dispute, parties: Sequence[Party]) -> None:
    """Set the search column and the minor flag from the case's words and parties."""
    today = timezone.localdate()
    dispute.grams = grams(
        f"{dispute.summary} {dispute.claim} {dispute.place_detail}", names=[party.name for party in parties]
    )
    dispute.has_minor = any(party.is_minor(today) for party in parties)
