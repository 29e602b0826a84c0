"""The daily digest: what waits for one person this morning, as counts and links, nobody's name.

The sections come from the apps that know the counts, each registered from ``AppConfig.ready()``:

    digest.section("disputes", lines_of_cases, title="案件")

    def lines_of_cases(user: User) -> Iterable[Line]:
        yield Line("超期", count, "/disputes/?tab=late")

Lines that count nothing are left out; a digest without lines is not written.  One a person and working day.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common import workdays
from notices import deliveries
from notices.models import DigestRun, Message
from notices.services import post

if TYPE_CHECKING:
    Provider = Callable[[User], Iterable["Line"]]

KIND: Final = "digest"
WRITTEN_FROM: Final = dt.time(8)
BATCH: Final = 50
#: Counts named in the title; the rest is in the text.
IN_TITLE: Final = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One count, and the list that proves it.  ``tone``: ``late`` or ``soon`` where it presses."""

    label: str
    count: int
    url: str
    unit: str = "件"
    tone: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]


_sections: dict[str, tuple[str, Provider]] = {}


def section(name: str, provider: Provider, *, title: str = "") -> None:
    """Let ``provider`` write the section ``name``, in the order of registering.  Registering again replaces it."""
    _sections[name] = (title, provider)


def sections_for(user: User) -> list[Section]:
    """What waits for this person now.  A section that fails is left out and logged: the others still count."""
    found = []
    for name, (title, provider) in _sections.items():
        try:
            with transaction.atomic():
                lines = [line for line in provider(user) if line.count]
        except Exception:
            log.exception("digest: section %s failed", name)
            continue
        if lines:
            found.append(Section(title, lines))
    return found


# -- writing -------------------------------------------------------------------------------------------------------


def write_all(now: dt.datetime | None = None, *, seconds: float = 200.0) -> int:
    """Write today's digests, each once; how many were written by this run.

    Does nothing on days off and before 08:00.  People are taken in batches, and how far it came is committed with each
    batch: a run that was killed, or whose ``seconds`` were over, is continued by the next; a second one at the same
    time finds nothing to do.
    """
    now = now or timezone.now()
    today = timezone.localtime(now)
    if today.time() < WRITTEN_FROM or not workdays.is_workday(today.date()):
        return 0
    DigestRun.objects.bulk_create([DigestRun(day=today.date())], ignore_conflicts=True)
    written = 0
    ends = time.monotonic() + seconds
    while (batch := _write_batch(today.date(), now)) is not None:
        written += batch
        if time.monotonic() > ends:
            break
    return written


@transaction.atomic
def _write_batch(day: dt.date, now: dt.datetime) -> int | None:
    """The next people; None when there are none left, or another run is at it."""
    run = DigestRun.objects.select_for_update(skip_locked=True).filter(day=day, finished_at=None).first()
    if run is None:
        return None
    people = User.objects.filter(is_active=True, pk__gt=run.reached).select_related("notice_preference")
    batch = list(people.order_by("pk")[:BATCH])
    if not batch:
        run.finished_at = now
        run.save(update_fields=["finished_at"])
        return None
    # Yesterday's counts are no news any more, read or not.
    stale = Message.objects.todo().filter(kind=KIND, recipient__in=batch).exclude(event=_event(day))
    stale.update(done_at=Now(), is_superseded=True)
    written = sum(_write(person, day, now) for person in batch)
    run.reached = batch[-1].pk
    run.written += written
    run.save(update_fields=["reached", "written"])
    return written


def _write(person: User, day: dt.date, now: dt.datetime) -> bool:
    if not deliveries.wishes_of(person).digest:
        return False
    found = sections_for(person)
    if not found:
        return False
    title = title_of(found)
    post(_event(day), [person], kind=KIND, title=title, url=reverse("notices:digest"))
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=timezone.get_current_timezone())
    deliveries.plan_digest(
        person, event=_event(day), title=title, text=text_of(found, day), now=now, expires_at=midnight
    )
    return True


def _event(day: dt.date) -> str:
    return f"digest:{day}"


def title_of(sections: Iterable[Section]) -> str:
    """``今日摘要：超期 2 件，临期 5 件``."""
    lines = [line for section in sections for line in section.lines]
    shown = "，".join(f"{line.label} {line.count} {line.unit}" for line in lines[:IN_TITLE])
    return f"今日摘要：{shown}{'等' if len(lines) > IN_TITLE else ''}"


def text_of(sections: Iterable[Section], day: dt.date) -> str:
    """The mail: every line with its link."""
    parts = [f"{day:%Y-%m-%d} 今日摘要"]
    for part in sections:
        parts.append(f"\n{part.title}" if part.title else "")
        parts += [f"{line.label} {line.count} {line.unit}  {deliveries.absolute(line.url)}" for line in part.lines]
    return "\n".join(parts) + "\n" + deliveries.footer()


# -- our own section -----------------------------------------------------------------------------------------------


def lines_of_messages(user: User) -> Iterable[Line]:
    waiting = Message.objects.visible_to(user).todo().exclude(kind=KIND).count()
    yield Line("待处理消息", waiting, reverse("notices:centre"), unit="条")
