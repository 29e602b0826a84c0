"""Keys of client programs: how they are written, hashed and checked.

``gzt_<prefix>.<secret>``: the prefix finds the row, the secret (256 random bits) proves the right.  The database
keeps an HMAC of both under a key that is not in the database, so a dump of it contains no usable token.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import ApiToken

#: Secret scanners know our tokens by this.
MARK = "gzt_"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l 1 o 0: prefixes are read aloud on the telephone
_WRITTEN = re.compile(r"gzt_([a-z0-9]{10})\.([A-Za-z0-9_-]{43})\Z")
_NOBODYS_DIGEST = "0" * 64

#: ``last_used_at`` is written at most this often: reading a list must not write a row.
TOUCH_EVERY = dt.timedelta(seconds=60)


class Unusable(Exception):
    """Why a token is refused, for the audit trail.  The client is told the same sentence for all of them."""

    def __init__(self, why: str, token: ApiToken | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.token = token


def new_prefix() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def written(prefix: str, secret: str) -> str:
    return f"{MARK}{prefix}.{secret}"


def digest(prefix: str, secret: str) -> str:
    """HMAC of a token, 64 hex digits."""
    pepper = settings.PORTAL_INDEX_KEY
    return salted_hmac("accounts.api_token", f"{prefix}.{secret}", secret=pepper, algorithm="sha256").hexdigest()


def find(text: str, *, now: dt.datetime, ip: str | None) -> ApiToken:
    """The usable token that ``text`` is.  Raises Unusable.

    A token that does not exist costs the same look-up, hash and comparison as one that does.
    """
    match = _WRITTEN.match(text)
    prefix, secret = match.groups() if match else ("", "")
    token = ApiToken.objects.select_related("user").filter(prefix=prefix).first()
    if not constant_time_compare(digest(prefix, secret), token.digest if token else _NOBODYS_DIGEST) or token is None:
        raise Unusable("unknown" if match else "malformed")
    if token.revoked_at:
        raise Unusable("revoked", token)
    if token.expires_at <= now:
        raise Unusable("expired", token)
    if not token.user.is_active:
        raise Unusable("account_disabled", token)
    if not allows(token.networks, ip):
        raise Unusable("network", token)
    if token.last_used_at is None or now - token.last_used_at > TOUCH_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def allows(networks: list[str], ip: str | None) -> bool:
    """Whether a token limited to ``networks`` may be used from ``ip``; no networks: from anywhere."""
    if not networks:
        return True
    if not ip:
        return False
    address = ipaddress.ip_address(ip)
    return any(address in ipaddress.ip_network(network) for network in networks)
