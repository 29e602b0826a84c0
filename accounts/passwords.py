"""Rules for passwords beyond length and the common list (GB/T 22239-2019 身份鉴别: 复杂度要求)."""

from __future__ import annotations

import string
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from common.pinyin import full

#: Words anyone here would try first.
CONTEXT_WORDS = ("ganzhou", "zhangye", "gansu", "zongzhi", "tiaojie", "portal", "fayuan", "admin", "gzzz")


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
            words += [user.username.lower(), full(user.name or "").replace(" ", "").lower(), (user.name or "").lower()]
        if any(len(word) >= 3 and word in lowered for word in words):
            raise ValidationError(self.get_help_text(), code="password_context")

    def get_help_text(self) -> str:
        return "密码不能包含地名、系统名称、本人账号或者姓名拼音。"


class NotTheSameValidator:
    """A new password differs from the one in use."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and user.pk and user.password and check_password(password, user.password):
            raise ValidationError("新密码不能与当前密码相同。", code="password_same")

    def get_help_text(self) -> str:
        return "新密码不能与当前密码相同。"
