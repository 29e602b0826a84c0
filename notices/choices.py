"""Vocabularies of messages, and what each kind of message is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class Weight(models.TextChoices):
    ORDINARY = "ordinary", "一般"
    URGENT = "urgent", "紧急"


class Channel(models.TextChoices):
    """Ways out of the portal.  Inside it the message itself is the delivery."""

    EMAIL = "email", "邮件"
    SMS = "sms", "短信"


class State(models.TextChoices):
    """Of one delivery."""

    WAITING = "waiting", "待发"
    SENDING = "sending", "正在发"
    SENT = "sent", "已发出"
    DROPPED = "dropped", "不必发"
    DEAD = "dead", "没有发出"
    UNCLEAR = "unclear", "不明"


@dataclass(frozen=True)
class Kind:
    """What a kind of message is called, the colour of its badge, and what its button says."""

    label: str
    color: str = "grey"
    verb: str = "去办理"


_kinds: dict[str, Kind] = {}
UNNAMED = Kind("")


def name_kinds(names: Mapping[str, Kind]) -> None:
    """Called by the apps above from ``ready()``, each for the kinds it posts.  A kind without a name has no badge."""
    _kinds.update(names)


def kind(name: str) -> Kind:
    return _kinds.get(name, UNNAMED)
