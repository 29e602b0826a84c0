"""The first account of a new installation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.choices import Role
from accounts.models import AuditEvent, User
from tests.factories import UserFactory


def test_the_first_security_administrator_signs_in_and_must_change_the_password(
    county: Any, capsys: pytest.CaptureFixture[str], sign_in: Any
) -> None:
    call_command("first_security_admin", "shen.jie", "沈洁")
    password = re.search(r"初始密码 ([\w-]+)", capsys.readouterr().out)[1]  # type: ignore[index]
    browser = Client()
    assert sign_in("shen.jie", password, at=browser).status_code == 302
    assert browser.get("/accounts/users/").url == "/accounts/password/"
    assert User.objects.get().roles == {Role.SECURITY_ADMIN}
    assert AuditEvent.objects.filter(action="account.open").count() == 1


def test_there_is_no_second_first(security_admin: User) -> None:
    with pytest.raises(CommandError, match="已经有安全管理员"):
        call_command("first_security_admin", "other", "许诺")


def test_a_name_in_use_is_refused(county: Any) -> None:
    UserFactory(username="shen.jie")
    with pytest.raises(CommandError, match="已经有人用了"):
        call_command("first_security_admin", "Shen.Jie", "沈洁")
