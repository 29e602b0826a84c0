"""Opening hours as people write them, ``08:30-12:00 14:30-18:00``, and the open stretches of a day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone

#: What a column of hours may hold: one to three stretches.
PATTERN = r"^([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]( ([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]){0,2}$"
USUAL = "08:30-12:00 14:30-18:00"
#: Bookings begin and end on a quarter of an hour.
GRID = dt.timedelta(minutes=15)

_STRETCH = re.compile(r"(\d{1,2})[:.点时]?(\d{2})?\s*(?:-|~|至|到)+\s*(\d{1,2})[:.点时]?(\d{2})?")


@dataclass(frozen=True)
class Stretch:
    """Part of a day, in minutes after midnight."""

    opens: int
    closes: int

    def on(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        return at(day, self.opens), at(day, self.closes)

    def __str__(self) -> str:
        return f"{self.opens // 60:02}:{self.opens % 60:02}-{self.closes // 60:02}:{self.closes % 60:02}"


def at(day: dt.date, minutes: int) -> dt.datetime:
    """The moment so many minutes after the midnight with which ``day`` begins, here."""
    midnight = dt.datetime.combine(day, dt.time.min)
    return timezone.make_aware(midnight + dt.timedelta(minutes=minutes))


def read(text: str) -> list[Stretch]:
    """The stretches meant; raises ValueError with a sentence for the person who typed."""
    plain = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-").replace("～", "~")
    found = [_stretch(*match.groups()) for match in _STRETCH.finditer(plain)]
    if not found or re.sub(r"[\s,;、。]|上午|下午|和|及", "", _STRETCH.sub("", plain)):
        raise ValueError(f"请写成 {USUAL}。")
    found.sort(key=lambda one: one.opens)
    if len(found) > 3:
        raise ValueError("一天最多写三段。")
    for one in found:
        if not one.opens < one.closes <= 24 * 60:
            raise ValueError(f"“{one}”的结束应当晚于开始。")
    for before, after in pairwise(found):
        if after.opens < before.closes:
            raise ValueError(f"“{before}”与“{after}”重叠。")
    return found


def _stretch(hour: str, minute: str | None, until: str, and_minute: str | None) -> Stretch:
    return Stretch(int(hour) * 60 + int(minute or 0), int(until) * 60 + int(and_minute or 0))


def written(stretches: list[Stretch]) -> str:
    return " ".join(map(str, stretches))


def spoken(text: str) -> str:
    """``08:30～12:00、14:30～18:00`` for notices and pages."""
    return text.replace("-", "～").replace(" ", "、")
