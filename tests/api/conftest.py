"""A program that calls the interface, and the cases it calls about."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.choices import Scope
from accounts.models import User
from disputes.models import Dispute
from tests.disputes.conftest import case, case_in, neighbours_case
from tests.factories import ApiTokenFactory

__all__ = ["case", "case_in", "neighbours_case"]

V1 = "/api/v1"
DISPUTES = f"{V1}/disputes/"


class Program:
    """Calls as ``user`` with a token of these scopes, and speaks JSON."""

    def __init__(self, user: User, scopes: list[str]) -> None:
        self.user = user
        self.token = ApiTokenFactory(user=user, scopes=scopes)
        self.client = Client(headers={"Authorization": f"Bearer {self.token.bearer}"})

    def get(self, url: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(url, data, headers=_names(headers))

    def post(self, url: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body, default=str)
        return self.client.post(url, content, content_type="application/json", headers=_names(headers))

    def do(self, dispute: Dispute, name: str, /, **body: Any) -> Any:
        """Take a step on the case as it is now."""
        body.setdefault("version", Dispute.objects.get(pk=dispute.pk).version)
        return self.post(f"{DISPUTES}{dispute.code}/transitions/{name}/", body)

    def register(self, body: Any, key: str | None = None) -> Any:
        return self.post(DISPUTES, body, Idempotency_Key=key or str(uuid.uuid4()))


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


Call = Callable[..., Program]


@pytest.fixture
def as_program(db: None) -> Call:
    """``as_program(clerk)`` with every scope; ``as_program(clerk, "disputes:read")`` with some."""
    return lambda user, *scopes: Program(user, list(scopes or Scope.values))
