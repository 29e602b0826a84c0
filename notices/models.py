"""Messages: to-dos of one person, each pointing at the page where the matter is dealt with."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notices.choices import Weight
from notices.querysets import MessageQuerySet


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
