"""Client programs come in with ``Authorization: Bearer gzt_…``."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts import audit, tokens
from accounts.api.throttling import Window
from accounts.choices import Act
from accounts.models import ApiToken, User
from common.logs import current_request

#: One sentence for every fault, so that an answer tells nothing about which tokens exist.
SENTENCE = "令牌无效、已到期或者已吊销。"

#: Refused uses that are written to the audit trail, per address and minute: a flood must not fill it.
_audited = Window(limit=20, seconds=60)


class TokenAuthentication(BaseAuthentication):
    """The token's account becomes ``request.user``, the token ``request.auth``."""

    keyword = "Bearer"

    def authenticate(self, request: Any) -> tuple[User, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        ip = current_request().ip
        try:
            token = tokens.find(text.strip(), now=timezone.now(), ip=ip)
        except tokens.Unusable as fault:
            refused(fault.why, fault.token)
            raise AuthenticationFailed(SENTENCE) from fault
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return f'{self.keyword} realm="api"'


def refused(why: str, token: ApiToken | None, **detail: Any) -> None:
    """Write down that a token was refused."""
    if _audited.admit(current_request().ip or "")[0]:
        audit.record(
            Act.TOKEN_REFUSED, actor=token.user if token else None, object_type="token",
            object_id=token.prefix if token else "", succeeded=False, why=why, **detail,
        )  # fmt: skip
