"""Refusals: the one family of exceptions that a user is meant to read.

A refusal carries a Chinese sentence that says what to do, and the HTTP status it maps to.
Pages, the REST API and tests all read the same two attributes; nobody writes a second sentence.
"""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """Something the portal will not do, said in words for the person who asked."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotVisible(Refusal):
    """Outside the caller's scope.  Indistinguishable from 'does not exist'."""

    status = 404
    code = "not_found"

    def __init__(self, sentence: str = "没有找到该记录。") -> None:
        super().__init__(sentence)


class NotPermitted(Refusal):
    """Visible, but this step is somebody else's."""

    status = 403
    code = "not_permitted"


class WrongState(Refusal):
    """The step does not start from the state the record is in."""

    status = 409
    code = "wrong_state"


class GuardRefused(Refusal):
    """A legal gate is closed; the sentence says what opens it."""

    status = 409
    code = "gate_closed"


class Conflict(Refusal):
    """Someone else moved the record after this page was opened."""

    status = 409
    code = "conflict"


class Missing(Refusal):
    """Something the step needs was not given, or is not acceptable.

    ``fields`` maps a field name to its sentence, so that a form can show each beside its input.
    """

    status = 400
    code = "invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = dict(fields)
