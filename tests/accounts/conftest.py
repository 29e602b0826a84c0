"""What the tests of accounts share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"
Attempt = Callable[..., Any]


@pytest.fixture
def sign_in(client: Client) -> Attempt:
    """``sign_in("clerk")``: type the name and a password at the sign-in page."""

    def attempt(
        username: str, password: str = PASSWORD, *, at: Client = client, ip: str = "10.8.0.1", **data: Any
    ) -> Any:
        return at.post(LOGIN, {"username": username, "password": password, **data}, REMOTE_ADDR=ip)

    return attempt


@pytest.fixture
def acts() -> Callable[[], list[str]]:
    """Actions in the audit trail, oldest first."""
    return lambda: list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def signed_in_as(client: Client) -> str:
    """User name of whoever this browser is signed in as; '' for nobody."""
    key = client.session.get("_auth_user_id")
    answer = client.get("/accounts/me/")
    return User.objects.get(pk=key).username if key and answer.status_code == 200 else ""


@pytest.fixture
def count_hashes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many passwords were hashed so far."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    done = [0]
    real = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        done[0] += 1
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return lambda: done[0]
