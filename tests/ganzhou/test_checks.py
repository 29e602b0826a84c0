"""Django's own checks have nothing to say about the project."""

from __future__ import annotations

from django.core import checks


def test_no_check_warns() -> None:
    assert [str(message) for message in checks.run_checks()] == []
