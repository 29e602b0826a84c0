"""The same submission sent twice: recognised by its key, and told from another one by what it holds."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from common.crypto import blind_index
from common.errors import Refusal
from disputes.models import Dispute


class KeyReused(Refusal):
    """A key stands for one submission."""

    status = 409
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("这个 Idempotency-Key 已经用于另一次登记，请换一个。")


def fingerprint(content: Mapping[str, Any]) -> str:
    """What a submission holds, as a keyed digest: equal for equal content in any order, useless without the key."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # hashed first: the keyed index folds case and blanks, a different body must stay different
    return blind_index("dispute.submission", hashlib.sha256(plain.encode()).hexdigest())


def registered_before(key: uuid.UUID, content: str, *, by: Any) -> Dispute | None:
    """The case that ``by`` registered with this key and this content, or None when the key is new.

    Raises KeyReused when the key was used with other content or by someone else.
    """
    earlier = Dispute.objects.filter(submission_key=key).first()
    if earlier is None:
        return None
    event = earlier.events.filter(number=1).first()
    if earlier.registered_by_id != by.pk or event is None or event.detail.get("fingerprint") != content:
        raise KeyReused
    return earlier
