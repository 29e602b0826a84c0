"""What is said to those who are asked to come: 调解通知书 and 邀请函, and the facts of one booking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from centre import times
from centre.models import Booking
from disputes import presentation
from disputes.choices import PartyKind
from disputes.models import Party

#: What people take along, by who they are.  Written once here and printed on every notice.
BRING = ("本人身份证或者户口簿", "与纠纷有关的合同、借条、票据、照片等材料的原件")
BRING_FOR_BODY = ("单位介绍信或者授权委托书，经办人身份证", "与纠纷有关的合同、票据等材料的原件")
RIGHTS = (
    "本人不能到场的，可以书面委托代理人；未成年人由监护人陪同。",
    "调解不收费。您可以接受、拒绝或者要求终止调解，可以要求更换调解员（人民调解法第23条）。",
    "时间不合适的，请尽早打电话改期。",
)


def invited(booking: Booking) -> list[Party]:
    """The parties a booking holds, in the order of the case."""
    rows = Party.objects.filter(pk__in=booking.people.filter(party__isnull=False).values("party"))
    return list(rows.order_by("role", "number", "id"))


def booking_context(booking: Booking) -> dict[str, Any]:
    """A booking in words for its own pages."""
    now = timezone.now()
    facts = [
        {"label": "时间", "value": times.full_words(booking.starts_at, booking.ends_at)},
        {"label": "地点", "value": "，".join(part for part in (booking.room.full_name, booking.room.floor) if part)},
        {"label": "用途", "value": booking.get_purpose_display()},
    ]
    if booking.dispute:
        facts.append({"label": "调解员", "value": str(booking.mediator)})
        named = "、".join(f"{party} {presentation.masked_name(party)}" for party in invited(booking))
        facts.append({"label": "请到场", "value": named or "--", "wide": True})
    facts += [
        {"label": "备注", "value": booking.note or "--", "wide": True},
        {"label": "预约", "value": f"{booking.made_by}，{timezone.localtime(booking.made_at):%Y-%m-%d %H:%M}"},
    ]
    if booking.is_cancelled and booking.cancelled_at:
        who = booking.cancelled_by.name if booking.cancelled_by else "系统"
        facts.append({
            "label": "取消", "wide": True,
            "value": f"{who}，{timezone.localtime(booking.cancelled_at):%Y-%m-%d %H:%M}：{booking.cancelled_why}",
        })  # fmt: skip
    if booking.is_cancelled:
        state, color = "已取消", "grey"
    elif booking.session_id:
        state, color = "已记录", "green"
    elif booking.ends_at <= now:
        state, color = ("待记录", "amber") if booking.dispute else ("已过", "grey")
    else:
        state, color = "已预约", "blue"
    return {
        "booking": booking,
        "facts": facts,
        "state": state,
        "state_color": color,
        "title": presentation.title(booking.dispute) if booking.dispute else booking.title,
        "next_booking": getattr(booking, "replaced_by", None),
    }


def _sheet(booking: Booking) -> dict[str, Any]:
    room, centre = booking.room, booking.room.centre
    body = centre.organisation
    dispute = booking.dispute
    assert dispute is not None
    return {
        "centre": body.name,
        "code": dispute.code,
        "matter": presentation.matter(dispute),
        "when": times.full_words(booking.starts_at, booking.ends_at),
        "where": "，".join(part for part in (body.address, f"{room.full_name}", room.floor) if part),
        "mediator": str(booking.mediator),
        "committee": str(booking.mediator.committee) if booking.mediator else "",
        "phone": body.phone or settings.CENTRE_PHONE,
        "date": f"{(today := timezone.localdate()).year} 年 {today.month} 月 {today.day} 日",
    }


def _bring(things: Iterable[str], booking: Booking) -> list[str]:
    """What to take along, and what was noted for this meeting, as the lines of one sentence."""
    lines = [*things, *([booking.note.rstrip("。；")] if booking.note else [])]
    return [f"{line}；" for line in lines[:-1]] + [f"{lines[-1]}。"]


def notice(booking: Booking, party: Party, plain_name: str = "") -> dict[str, Any]:
    """The 调解通知书 of one party: by name when it was disclosed, masked otherwise."""
    is_body = party.kind == PartyKind.ORGANISATION
    others = [one for one in booking.dispute.parties.all() if one.role != party.role]  # type: ignore[union-attr]
    return _sheet(booking) | {
        "title": "调解通知书",
        "to": plain_name or presentation.masked_name(party),
        "role": party.get_role_display(),
        "other": presentation.side(others),
        "bring": _bring(BRING_FOR_BODY if is_body else BRING, booking),
        "rights": RIGHTS,
    }


def letter(booking: Booking) -> dict[str, Any]:
    """The 邀请函 for somebody whose help is asked for (人民调解法 第20条); the name is written in by hand."""
    return _sheet(booking) | {
        "title": "邀请函",
        "to": "",
        "bring": _bring(("本人身份证或者工作证",), booking),
        "rights": ["经当事人同意，邀请您协助调解（人民调解法第20条）。", "请对调解中知悉的个人隐私和商业秘密保密。"],
    }
