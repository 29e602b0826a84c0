"""Rules for passwords beyond length and the common list (GB/T 22239-2019 身份鉴别: 复杂度要求、定期更换)."""

from __future__ import annotations

import datetime as dt
import secrets
import string
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.pinyin import full

#: Words anyone here would try first.
CONTEXT_WORDS = (
    "ganzhou", "zhangye", "gansu", "zongzhi", "tiaojie", "jiufen", "portal", "fayuan", "sifa", "zhengfa",
    "admin", "gzzz", "甘州", "张掖", "综治", "调解", "纠纷", "法院",
)  # fmt: skip
LONGEST = 128
#: How many earlier passwords may not come back.
HISTORY = 5
#: An initial password not used within this time is worth nothing any more.
INITIAL_LASTS = dt.timedelta(hours=72)
#: From this many days before the end, each sign-in says so.
NOTICE_DAYS = 14

#: Without look-alikes (0 O, 1 l I): an initial password is read from a slip of paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


class ShortestValidator(MinimumLengthValidator):
    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"


class NotCommonValidator(CommonPasswordValidator):
    def get_help_text(self) -> str:
        return "密码不能是人人都会试的常见密码。"


class LongestValidator:
    """An end to it, so that hashing cannot be made slow by a megabyte."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_long")

    def get_help_text(self) -> str:
        return f"密码最长 {LONGEST} 个字符。"


class CharacterClassesValidator:
    """At least three of: lower case, upper case, digits, other."""

    def validate(self, password: str, user: Any = None) -> None:
        classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        found = sum(any(c in letters for c in password) for letters in classes)
        found += any(all(c not in letters for letters in classes) for c in password)
        if found < 3:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return "密码须包含大写字母、小写字母、数字、其他字符中的至少三种。"


class ContextWordsValidator:
    """No place, system or own name, in letters or pinyin."""

    def validate(self, password: str, user: Any = None) -> None:
        lowered = password.lower()
        words = list(CONTEXT_WORDS)
        if user is not None:
            name = user.name or ""
            words += [user.username.lower(), full(name, name=True), name.lower()]
        if any(_is_word(word) and word in lowered for word in words):
            raise ValidationError(self.get_help_text(), code="password_context")

    def get_help_text(self) -> str:
        return "密码不能包含地名、系统名称、本人账号或者姓名（汉字、拼音）。"


def _is_word(word: str) -> bool:
    """Two letters are in everything; two Han characters are a name."""
    return len(word) >= (3 if word.isascii() else 2)


class NotUsedBeforeValidator:
    """A new password differs from the one in use and from the last few."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or not user.pk:
            return
        # A form may be looked at twice; each of these comparisons costs a slow hash.
        earlier = user.past_passwords.values_list("encoded", flat=True)[: HISTORY - 1]
        if any(encoded and check_password(password, encoded) for encoded in (user.password, *earlier)):
            raise ValidationError(self.get_help_text(), code="password_used")

    def get_help_text(self) -> str:
        return f"新密码不能与最近 {HISTORY} 次用过的密码相同。"


def expires_at(user: Any) -> dt.datetime | None:
    """When the password of ``user`` must be changed; None: never."""
    if not settings.PASSWORD_MAX_DAYS or user.password_changed_at is None:
        return None
    moment: dt.datetime = user.password_changed_at + dt.timedelta(days=settings.PASSWORD_MAX_DAYS)
    return moment


def must_change(user: Any) -> bool:
    """Whether this person does nothing else before choosing a new password."""
    ends = expires_at(user)
    return bool(user.must_change_password or (ends and ends <= timezone.now()))


def notice(user: Any) -> str:
    """A sentence for the last days of a password, else ''."""
    ends = expires_at(user)
    if ends is None:
        return ""
    days = (timezone.localdate(ends) - timezone.localdate()).days
    if days > NOTICE_DAYS:
        return ""
    return (
        f"密码还有 {days} 天到期，请在 {timezone.localdate(ends):%Y-%m-%d} 前修改。"
        if days > 0
        else "密码今天到期，请修改。"
    )


def initial() -> str:
    """A random password for the first sign-in, easy to copy from paper: 4 groups of 4, about 85 bits."""
    while True:
        groups = ["".join(secrets.choice(_LETTERS + _CAPITALS + _DIGITS) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if all(any(c in letters for c in password) for letters in (_LETTERS, _CAPITALS, _DIGITS)):
            return password
