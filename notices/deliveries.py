"""What leaves the portal: planned with its message, claimed before it is sent, sent outside of any transaction.

At most one worker sends a delivery, because it must first turn it from 待发 to 正在发 and commit that.  What is known
not to have been taken is tried again with growing pauses; after ``outbox.MAX_ATTEMPTS`` it is a dead letter that
系统管理员 sees and can send again.  What may have been taken (the connection broke, or the worker was killed in
between) is sent again only where the gateway takes a key once; else it is a dead letter too, marked 不明, and a
person decides.  So a mail may in the worst case be missing, never doubled; the message stands in the portal anyway.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from common import outbox
from notices import channels
from notices.channels import NotSent, Parcel, Refused, Unclear
from notices.choices import Channel, State
from notices.models import Delivery, Message, Preference
from notices.quiet import next_moment

if TYPE_CHECKING:
    from accounts.models import User

#: A claim older than this belongs to a worker that is dead: Celery ends a task after five minutes.
ABANDONED_AFTER: Final = dt.timedelta(minutes=10)
UNDELIVERED: Final = "notices.undelivered"
KEEP_FINISHED: Final = dt.timedelta(days=90)

log = logging.getLogger(__name__)


def wishes_of(user: User) -> Preference:
    """What this person chose, or the defaults.  One query unless ``notice_preference`` is loaded."""
    found: Preference | None = getattr(user, "notice_preference", None)
    return found or Preference(user=user)


def absolute(path: str) -> str:
    return f"{settings.PORTAL_PUBLIC_URL}{path}"


# -- planning ------------------------------------------------------------------------------------------------------


def plan_messages(messages: Mapping[int, int], now: dt.datetime) -> int:
    """Urgent messages go out on every channel of their recipients.  ``messages``: number of each, to its recipient.

    Two queries, whatever the number.
    """
    ways = channels.available()
    if not ways or not messages:
        return 0
    told = Message.objects.filter(pk__in=messages).select_related("recipient__notice_preference").order_by("recipient")
    return _write(_deliveries(told, ways, now))


def _deliveries(messages: Iterable[Message], ways: Iterable[str], now: dt.datetime) -> Iterable[Delivery]:
    for message in messages:
        wishes = wishes_of(message.recipient)
        for channel in ways:
            if wishes.address(channel):
                title, text = in_words(message, channel)
                yield Delivery(
                    event=message.event, channel=channel, recipient=message.recipient, message=message, title=title,
                    text=text, urgent=message.is_urgent, due_at=next_moment(wishes, now, urgent=message.is_urgent),
                )  # fmt: skip


def plan_digest(
    person: User, *, event: str, title: str, text: str, now: dt.datetime, expires_at: dt.datetime | None = None
) -> int:
    """A digest goes out by mail; text messages are kept for what is urgent."""
    wishes = wishes_of(person)
    if Channel.EMAIL not in channels.available() or not wishes.address(Channel.EMAIL):
        return 0
    delivery = Delivery(
        event=event, channel=Channel.EMAIL, recipient=person, title=f"[{settings.CENTRE_SHORT_NAME}] {title}",
        text=text, due_at=next_moment(wishes, now, urgent=False), expires_at=expires_at,
    )  # fmt: skip
    return _write([delivery])


def _write(deliveries: Iterable[Delivery]) -> int:
    return len(Delivery.objects.bulk_create(deliveries, ignore_conflicts=True))


def in_words(message: Message, channel: str) -> tuple[str, str]:
    """Title and text of a message: its title, its day, a link.  Nobody's name, the recipient's own included."""
    link = absolute(reverse("notices:open", args=[message.pk]))
    if channel == Channel.SMS:
        return message.title, f"【{settings.CENTRE_SHORT_NAME}】{message.title}，办理：{link}"
    day = f"截止 {message.due_on:%Y-%m-%d}\n" if message.due_on else ""
    return f"[{settings.CENTRE_SHORT_NAME}] {message.title}", f"{message.title}\n{day}\n办理：{link}\n{footer()}"


def footer() -> str:
    return (
        "\n本邮件只写案件码和数量，内容请登录平台查看。由系统发出，请勿回复。\n"
        f"接收方式和免打扰时段：{absolute(reverse('notices:preferences'))}\n"
    )


# -- sending -------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """What one run did."""

    sent: int = 0
    put_off: int = 0
    dropped: int = 0
    failed: int = 0
    dead: int = 0
    #: Channels that failed in this run: the others in their queue are left for the next one, and lose no attempt.
    away: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.sent or self.put_off or self.dropped or self.failed or self.dead)

    def __str__(self) -> str:
        parts = {
            "发出": self.sent, "推迟": self.put_off, "不必再发": self.dropped, "失败待重试": self.failed, "放弃": self.dead,
        }  # fmt: skip
        return "，".join(f"{name} {count}" for name, count in parts.items() if count)


def send_due(limit: int = 1000, *, seconds: float = 60.0) -> Run:
    """Send what is due, the longest waiting first.  Any number of these may run at once.  Never raises for a gateway.

    Must not be called inside a transaction: a claim counts only once it is committed.
    """
    run = Run()
    ends = time.monotonic() + seconds
    _take_back_abandoned(timezone.now(), run)
    gateways = {channel: channels.gateway(channel) for channel in channels.available()}
    for _ in range(limit):
        if time.monotonic() > ends:
            break
        delivery = _next(gateways.keys() - run.away, run)
        if delivery is None:
            break
        if delivery.state == State.SENDING:
            _send(delivery, gateways[delivery.channel], run)
    return run


def _next(ways: Iterable[str], run: Run) -> Delivery | None:
    """The next that is due, claimed if it is to be sent now; None when nothing is due."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Delivery.objects.due(now).filter(channel__in=ways).select_related("message")
        delivery = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return None
        why_not = _why_not(delivery, now)
        later = next_moment(_wishes(delivery), now, urgent=delivery.urgent)
        if why_not:
            _finish(delivery, State.DROPPED, why_not)
            run.dropped += 1
        elif later > now:
            delivery.due_at = later
            delivery.save(update_fields=["due_at"])
            run.put_off += 1
        else:
            delivery.state, delivery.claimed_at = State.SENDING, now
            delivery.attempts += 1
            delivery.save(update_fields=["state", "claimed_at", "attempts"])
    return delivery


def _wishes(delivery: Delivery) -> Preference:
    return wishes_of(delivery.recipient)


def _why_not(delivery: Delivery, now: dt.datetime) -> str:
    """Why there is no more point in sending this; empty when there is."""
    if not delivery.recipient.is_active:
        return "账号已停用"
    if message := delivery.message:
        if message.is_superseded:
            return "已有更新的消息"
        if message.done_at or message.read_at:
            return "事情已办结" if message.done_at else "已在站内读过"
    if delivery.expires_at and delivery.expires_at <= now:
        return "已过时"
    if not _wishes(delivery).address(delivery.channel):
        return "本人不再接收"
    return ""


def _send(delivery: Delivery, gateway: channels.Gateway, run: Run) -> None:
    to = _wishes(delivery).address(delivery.channel)
    try:
        gateway.send(Parcel(str(delivery.key), to, delivery.title, delivery.text))
    except Refused as error:
        _give_up(delivery, State.DEAD, str(error), run)
    except NotSent as error:
        run.away.add(delivery.channel)
        _try_again(delivery, str(error), run)
    except Exception as error:  # a gateway that breaks must not stop the others
        said = str(error) if isinstance(error, Unclear) else type(error).__name__
        log.warning("notices: delivery %s by %s unclear (%s)", delivery.pk, delivery.channel, said)
        run.away.add(delivery.channel)
        if gateway.takes_a_key_once:
            _try_again(delivery, said, run)
        else:
            _give_up(delivery, State.UNCLEAR, f"可能已经发出：{said}", run)
    else:
        _finish(delivery, State.SENT)
        run.sent += 1


def _try_again(delivery: Delivery, said: str, run: Run) -> None:
    if delivery.attempts >= outbox.MAX_ATTEMPTS:
        _give_up(delivery, State.DEAD, said, run)
        return
    delivery.state, delivery.said = State.WAITING, said
    delivery.due_at = timezone.now() + outbox.pause_after(delivery.attempts)
    delivery.save(update_fields=["state", "said", "due_at"])
    run.failed += 1


@transaction.atomic
def _give_up(delivery: Delivery, state: str, said: str, run: Run) -> None:
    """A dead letter, shown to 系统管理员 beside those of the outbox."""
    _finish(delivery, state, said)
    outbox.bury(UNDELIVERED, str(delivery.pk), {"delivery": delivery.pk}, f"{delivery.get_channel_display()}：{said}")
    run.dead += 1


def _finish(delivery: Delivery, state: str, said: str = "") -> None:
    delivery.state, delivery.said, delivery.finished_at = state, said, timezone.now()
    delivery.save(update_fields=["state", "said", "finished_at"])


def _take_back_abandoned(now: dt.datetime, run: Run) -> None:
    """Deliveries whose worker was killed while sending: they may have gone out."""
    with transaction.atomic():
        left = Delivery.objects.abandoned(now - ABANDONED_AFTER).select_for_update(skip_locked=True)
        for delivery in left:
            if delivery.channel in channels.available() and channels.gateway(delivery.channel).takes_a_key_once:
                delivery.state, delivery.due_at = State.WAITING, now
                delivery.save(update_fields=["state", "due_at"])
            else:
                _give_up(delivery, State.UNCLEAR, "可能已经发出：发送中断", run)


# -- looking after it ----------------------------------------------------------------------------------------------


def again(delivery: int) -> None:
    """Somebody wants a dead letter sent again, with all its attempts."""
    given_up = Delivery.objects.filter(pk=delivery, state__in=[State.DEAD, State.UNCLEAR])
    given_up.update(state=State.WAITING, attempts=0, due_at=timezone.now(), finished_at=None)


def prune(now: dt.datetime | None = None) -> int:
    """Delete what was finished long ago; how many.  Dead letters stay."""
    old = Delivery.objects.filter(
        state__in=[State.SENT, State.DROPPED], finished_at__lt=(now or timezone.now()) - KEEP_FINISHED
    )
    return old.delete()[0]
