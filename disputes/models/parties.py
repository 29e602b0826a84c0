"""Who is in dispute."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models

from common.fields import EncryptedTextField
from common.idnumbers import ID_KINDS, Sex
from disputes.choices import PartyKind, PartyRole
from disputes.models.cases import Dispute
from disputes.querysets import OfDisputeQuerySet


class Party(models.Model):
    """Someone on one side of a dispute.  Numbers, phone and address are stored encrypted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dispute = models.ForeignKey(Dispute, models.PROTECT, verbose_name="纠纷", related_name="parties")
    role = models.CharField("地位", max_length=12, choices=PartyRole)
    number = models.PositiveSmallIntegerField("次序", default=1)
    kind = models.CharField("类别", max_length=14, choices=PartyKind, default=PartyKind.PERSON)
    name = models.CharField("姓名或名称", max_length=100)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    id_kind = models.CharField("证件类型", max_length=20, choices=ID_KINDS, blank=True)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    id_number_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    no_id_reason = models.CharField("无证件原因", max_length=60, blank=True)
    id_is_checked = models.BooleanField("号码校验通过", default=False)
    sex = models.CharField("性别", max_length=6, choices=Sex, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    address = EncryptedTextField("住址", blank=True, default="")
    contact_name = models.CharField("负责人", max_length=50, blank=True)
    guardian_name = models.CharField("监护人", max_length=50, blank=True)
    agent_name = models.CharField("代理人", max_length=50, blank=True)
    refuses = models.BooleanField("明确拒绝调解", default=False)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        ordering = ["role", "number", "id"]
        indexes = [models.Index(fields=["name"], name="party_name")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.number}"

    def age(self, on: dt.date) -> int | None:
        """Full years on a day, or None when the birth date is not known."""
        if not self.birth_date:
            return None
        before_birthday = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - before_birthday

    def is_minor(self, on: dt.date) -> bool:
        """Under 18 (民法典 第17条)."""
        age = self.age(on)
        return age is not None and age < 18
