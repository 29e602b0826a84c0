"""Taking officers into the book, and correcting what it says of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts import audit
from common.errors import Missing
from grids.models import Organisation
from mediators.models import Mediator
from posts import rights
from posts.models import Officer


@transaction.atomic
def enrol(*, by: Any, name: str, organisation: Organisation, title: str = "", phone: str = "") -> Officer:
    """A new officer.  Somebody of that name in that organisation who is still there is refused: it is one person."""
    rights.require_any(by, rights.changing_paths(by))
    if Officer.objects.active().filter(name=name, organisation=organisation).exists():
        raise Missing(
            {"name": f"{organisation}已经有一位{name}，请直接选择；确是同名的另一人，请在职务里写明区别后修改。"}
        )
    officer = Officer(name=name, organisation=organisation, title=title, phone=phone)
    officer.fill_derived()
    officer.save()
    audit.record("officer.enrol", actor=by, object_type="officer", object_id=str(officer.pk))
    return officer


@transaction.atomic
def of_mediator(mediator: Mediator, *, by: Any) -> Officer:
    """The officer that a mediator is, taken into the book if need be.

    Their committee's public number stands for them until an office number is entered.
    """
    rights.require_any(by, rights.changing_paths(by))
    Mediator.objects.select_for_update(no_key=True).get(pk=mediator.pk)
    found = Officer.objects.filter(mediator=mediator).first()
    if found:
        return found
    officer = Officer(
        name=mediator.name,
        organisation=mediator.committee.organisation,
        title="人民调解员",
        user=mediator.user if mediator.user_id and not Officer.objects.filter(user=mediator.user_id).exists() else None,
        mediator=mediator,
    )
    officer.fill_derived()
    officer.save()
    audit.record("officer.enrol", actor=by, object_type="officer", object_id=str(officer.pk), mediator=mediator.pk)
    return officer


@transaction.atomic
def amend_officer(officer: Officer, *, by: Any, name: str, organisation: Organisation, title: str, phone: str) -> None:
    rights.require_any(by, officer_places(officer) or rights.changing_paths(by))
    new = {"name": name, "organisation": organisation, "title": title, "phone": phone}
    changed = [field for field, value in new.items() if getattr(officer, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(officer, field, new[field])
    officer.fill_derived()
    officer.save()
    audit.record(
        "officer.amend", actor=by, object_type="officer", object_id=str(officer.pk), fields=changed
    )  # fmt: skip


def officer_places(officer: Officer) -> list[str]:
    """Paths of the villages and townships this officer answers for now or later, each once."""
    from_posts = officer.post_holdings.standing().values_list("division__path", flat=True)
    from_areas = officer.chief_areas.values_list("township__path", flat=True)
    return sorted({*from_posts, *from_areas})
