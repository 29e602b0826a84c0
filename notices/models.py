"""Messages, what leaves the portal because of them, and what each person wishes to be told how."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common import phones
from common.fields import EncryptedTextField
from notices.choices import Channel, State, Weight
from notices.querysets import DeliveryQuerySet, MessageQuerySet, PreferenceQuerySet


class Message(models.Model):
    """One thing one person should do or know.  It is off the list when it was dealt with, not when it was read.

    A title holds codes and the names of clocks, never anybody's name: it is shown on locked phones and read aloud.
    The row is the delivery inside the portal; what leaves the portal by mail or text message is a ``Delivery``.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人", related_name="messages", db_index=False
    )
    event = models.CharField("事件", max_length=120, help_text="同一事件对同一人只有一条")
    kind = models.CharField("类别", max_length=40)
    weight = models.CharField("轻重", max_length=10, choices=Weight, default=Weight.ORDINARY)
    title = models.CharField("标题", max_length=120)
    url = models.CharField("去处", max_length=300)
    subject = models.CharField("事项", max_length=120, blank=True, help_text="办结时据以消去")
    due_on = models.DateField("截止日", null=True, blank=True)
    created_at = models.DateTimeField("发出时间", db_default=Now(), editable=False)
    read_at = models.DateTimeField("读过时间", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    is_superseded = models.BooleanField(
        "已有更新的消息", default=False, db_default=False, help_text="办结时间是更新的一条发出之时"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="message_tells_a_person_once"),
            models.CheckConstraint(condition=Q(url__regex=r"^/($|[^/\\])"), name="message_leads_into_the_portal"),
        ]
        indexes = [
            # The count beside the bell, on every page: read from this index alone.
            models.Index(fields=["recipient"], condition=Q(read_at=None, done_at=None), name="message_unread"),
            models.Index(fields=["recipient"], condition=Q(done_at=None), name="message_todo"),
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_newest"),
            models.Index(
                fields=["subject"],
                opclasses=["varchar_pattern_ops"],
                condition=Q(done_at=None),
                name="message_of_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_urgent(self) -> bool:
        return self.weight == Weight.URGENT


class Preference(models.Model):
    """How one person wishes to be told.  Who never changed anything has no row: see ``wishes_of``."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="人员",
        related_name="notice_preference",
        primary_key=True,
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mobile = EncryptedTextField("手机号", blank=True)
    email = models.BooleanField("发邮件", default=True)
    sms = models.BooleanField("发短信", default=True)
    digest = models.BooleanField("每日摘要", default=True)
    quiet_from = models.TimeField("免打扰从", default=dt.time(21))
    quiet_until = models.TimeField("免打扰到", default=dt.time(7))
    quiet_days_off = models.BooleanField("休息日免打扰", default=True)
    urgent_on_days_off = models.BooleanField("紧急的休息日也发", default=True)
    urgent_at_night = models.BooleanField("紧急的夜里也发", default=False)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息设置"

    def address(self, channel: str) -> str:
        """Where to write to on this channel; empty when the person does not want it or no address is known.

        Reads ``user``.  An office number that is a mobile takes text messages until its owner names another.
        """
        if channel == Channel.EMAIL:
            return self.user.email if self.email else ""
        number = self.mobile or phones.normalise(self.user.phone)
        return number if self.sms and phones.is_mobile(number) else ""


class Delivery(models.Model):
    """One text on its way out of the portal to one person.

    Its own outbox: written with the message, claimed by a worker in a transaction of its own before anything is
    sent, marked afterwards (``notices.deliveries``).  The address is looked up when it is sent and not kept here.
    """

    event = models.CharField("事件", max_length=120)
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人", related_name="+", db_index=False
    )
    message = models.ForeignKey(
        Message, models.CASCADE, verbose_name="消息", null=True, blank=True, related_name="deliveries"
    )
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文")
    urgent = models.BooleanField("紧急", default=False)
    #: Given to the provider with every attempt: what it has taken under this key it must not take again.
    key = models.UUIDField("防重键", default=uuid.uuid4, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("应发时间")
    expires_at = models.DateTimeField("过时时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    claimed_at = models.DateTimeField("开始发送", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    said = models.CharField("结果说明", max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外发"
        constraints = [
            models.UniqueConstraint(fields=["event", "channel", "recipient"], name="delivery_goes_out_once_a_channel")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state=State.WAITING), name="delivery_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state=State.SENDING), name="delivery_claimed"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.channel}"


class DigestRun(models.Model):
    """How far the digests of one day were written: people in the order of their numbers, up to ``reached``."""

    day = models.DateField("日期", primary_key=True)
    reached = models.BigIntegerField("已到", default=0)
    written = models.PositiveIntegerField("份数", default=0)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日摘要的进度"

    def __str__(self) -> str:
        return f"{self.day}"
