"""Telling people things, in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from notices import services
from notices.models import Message
from tests.factories import UserFactory

Tell = Callable[..., Message]


@pytest.fixture
def tell(db: None) -> Tell:
    """``tell(clerk, "escalation:7")``: one message to one person, about a clock of a case unless told otherwise."""

    def make(person: Any, event: str = "escalation:1", **more: Any) -> Message:
        facts = {
            "kind": "clock.yellow",
            "title": "黄牌：GZ2026-000123 调解超期",
            "url": "/disputes/GZ2026-000123/",
            "subject": f"dispute:123/clock:{event}",
        }
        services.post(event, [person], **{**facts, **more})
        return Message.objects.get(event=event, recipient=person)

    return make


@pytest.fixture
def many_messages(db: None) -> None:
    """Twenty thousand messages of a hundred people, one in ten open: what the planner sees after a year."""
    people = [UserFactory().pk for _ in range(100)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_message (recipient_id, event, kind, weight, title, url, subject, read_at, done_at)"
            " SELECT (%s)[1 + n %% 100], 'old:' || n, 'x', 'ordinary', 'x', '/', 'dispute:' || n %% 5000,"
            " CASE WHEN n %% 8 <> 0 THEN now() END, CASE WHEN n %% 10 <> 0 THEN now() END"
            " FROM generate_series(1, 20000) AS n",
            [people],
        )
        cursor.execute("ANALYZE notices_message")
