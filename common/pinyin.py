"""Readings of Chinese text, stored beside it: the database has no Chinese collation to sort or search by.

``name=True`` reads the head of the text as a surname (单 shan, 仇 qiu, 万俟 moqi); without it only ``X家``
does, as in the village 缪家堡.  Readings are a dictionary's: nobody's name is checked by them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pypinyin import Style, lazy_pinyin, load_phrases_dict

from common.surnames import COMPOUND, SINGLE, surname_of

# Places of 甘州 that the dictionary reads otherwise (什 is read shi here: 汤家什, 什八名), and 调委会 of every list.
load_phrases_dict(
    {
        "什信": [["shí"], ["xìn"]],
        "什八名": [["shí"], ["bā"], ["míng"]],
        "家什": [["jiā"], ["shí"]],
        "甘浚": [["gān"], ["jùn"]],
        "碱滩": [["jiǎn"], ["tān"]],
        "三闸": [["sān"], ["zhá"]],
        "长安": [["cháng"], ["ān"]],
        "大满": [["dà"], ["mǎn"]],
        "调委会": [["tiáo"], ["wěi"], ["huì"]],
    }
)

_RUNS: Final = re.compile(
    r"([\u3007\u3400-\u9fff\U00020000-\U0003ffff]+)|([^\W_\u3007\u3400-\u9fff\U00020000-\U0003ffff]+)"
)


def sort_key(name: str) -> str:
    """A key by which names sort as in a dictionary: syllable, tone, character, then the next character.

    Plain byte order of the key is the order (a column with C collation).  About 10 bytes a character.
    """
    return " ".join(syllable + (source if source.lower() != syllable else "") for source, syllable in _read(name, True))


def full(text: str, *, name: bool = False) -> str:
    """宅基地 -> zhaijidi.  ü is written v; letters and digits stay, lower case; all else is dropped."""
    return "".join(_bare(syllable, source) for source, syllable in _read(text, name))


def initials(text: str, *, name: bool = False) -> str:
    """宅基地 -> zjd.  One letter a character; letters and digits stay, lower case; all else is dropped."""
    parts = (_bare(syllable, source) for source, syllable in _read(text, name))
    return "".join(part[0] if is_han else part for part, is_han in zip(parts, _is_han(text), strict=True))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_han(text: str) -> list[bool]:
    return [han for match in _RUNS.finditer(_normal(text)) for han in ([True] * len(match[1]) if match[1] else [False])]


def _bare(syllable: str, source: str) -> str:
    return syllable if source.lower() == syllable else syllable.rstrip("12345")


def _read(text: str, name: bool) -> list[tuple[str, str]]:
    """(character, syllable with its tone as a digit) for Han, (run, run in lower case) for the rest."""
    pairs: list[tuple[str, str]] = []
    for match in _RUNS.finditer(_normal(text)):
        if match[2]:
            pairs.append((match[2], match[2].lower()))
        else:
            run = match[1]
            pairs += zip(run, _read_han(run, name and not pairs), strict=True)
    return pairs


def _read_han(run: str, name: bool) -> list[str]:
    surname = surname_of(run) if name else run[:1] if run[1:2] == "家" else ""
    if surname in COMPOUND:
        head = list(COMPOUND[surname])
    elif surname in SINGLE:
        head = [SINGLE[surname]]
    else:
        return _dictionary(run)
    return head + (_dictionary(run[len(head) :]) if len(run) > len(head) else [])


def _dictionary(run: str) -> list[str]:
    readings = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, errors=list)  # type: ignore[arg-type]
    # A character the dictionary lacks stands for itself, so that nothing is lost and nothing shifts.
    return [reading.lower() for reading in readings]
