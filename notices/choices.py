"""Vocabularies of messages, and what each kind of message is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class Weight(models.TextChoices):
    ORDINARY = "ordinary", "一般"
    URGENT = "urgent", "紧急"


@dataclass(frozen=True)
class Kind:
    """What a kind of message is called, and the colour of its badge."""

    label: str
    color: str = "grey"


_kinds: dict[str, Kind] = {}
UNNAMED = Kind("消息")


def name_kinds(names: Mapping[str, Kind]) -> None:
    """Called by the apps above from ``ready()``, each for the kinds it posts.  A kind without a name shows as 消息."""
    _kinds.update(names)


def kind(name: str) -> Kind:
    return _kinds.get(name, UNNAMED)
