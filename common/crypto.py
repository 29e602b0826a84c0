"""Sealing of personal details: an envelope per field value, and a keyed index for equality.

An envelope is text, ``v1|alg|key id|nonce|ciphertext|tag``, the last three in base64.  It is bound to its place
(table, column, row) by the cipher's additional data, so an envelope moved to another row does not open.
The newest key seals, every key of the ring opens.  The algorithm follows from the length of the key: 16 bytes
SM4-GCM (profile ``gm``), 32 bytes AES-256-GCM (profile ``intl``); moving from one profile to the other is adding
a key and running ``manage.py rekey``.

Settings: ``PORTAL_FIELD_KEYS`` (``1:<base64>,2:<base64>``, newest last), ``PORTAL_INDEX_KEY`` (base64, 32 bytes),
``CRYPTO_PROFILE`` (``gm`` or ``intl``).  A software algorithm is not a certified module: 国密算法可选, 未经密评.
A nonce is 96 random bits: give the ring a new key long before 2^32 values were sealed with one.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common import idnumbers, phones

VERSION: Final = "v1"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
INDEX_KEY_BYTES: Final = 32
INDEX_BYTES: Final = 16

_ENVELOPE = re.compile(r"v1\|[a-z0-9]+\|[0-9]+\|[A-Za-z0-9+/=]*\|[A-Za-z0-9+/=]*\|[A-Za-z0-9+/=]*\Z")


class CryptoError(Exception):
    """An envelope cannot be opened.  The message never holds plain text, key or envelope."""


class BadEnvelope(CryptoError):
    """The text is not an envelope at all, or one of a version we do not know."""


class UnknownKey(CryptoError):
    """Sealed with a key that is not in the ring: an old key was dropped before ``rekey`` had finished."""


class Tampered(CryptoError):
    """Altered, moved here from another row or column, or the key under this id is another one."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    name: str
    key_bytes: int
    make: Callable[[bytes], CipherAlgorithm]


SM4_GCM = Algorithm("sm4gcm", 16, algorithms.SM4)
AES_256_GCM = Algorithm("aes256gcm", 32, algorithms.AES)
_BY_LENGTH: Final = {alg.key_bytes: alg for alg in (SM4_GCM, AES_256_GCM)}
_BY_PROFILE: Final = {"gm": SM4_GCM, "intl": AES_256_GCM}


def encrypt(algorithm: Algorithm, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Ciphertext and 16-byte tag.  A nonce must never be used twice with a key."""
    encryptor = Cipher(algorithm.make(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    ciphertext = encryptor.update(plain) + encryptor.finalize()
    return ciphertext, encryptor.tag


def decrypt(algorithm: Algorithm, key: bytes, nonce: bytes, ciphertext: bytes, tag: bytes, aad: bytes) -> bytes:
    """The plain bytes.  Raises Tampered when the tag does not fit."""
    try:
        decryptor = Cipher(algorithm.make(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(aad)
        return decryptor.update(ciphertext) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise Tampered("the value was altered or moved, or its key was exchanged") from error


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id; ``newest`` seals.  ``repr`` shows ids only."""

    keys: Mapping[int, bytes] = field(repr=False)
    newest: int

    @property
    def newest_prefix(self) -> str:
        """What every envelope sealed now begins with."""
        return f"{VERSION}|{_BY_LENGTH[len(self.keys[self.newest])].name}|{self.newest}|"

    def seal(self, plain: str, *, table: str, column: str, uid: object) -> str:
        """An envelope of ``plain`` for this place, under the newest key; a different one at every call."""
        key = self.keys[self.newest]
        nonce = os.urandom(NONCE_BYTES)
        algorithm = _BY_LENGTH[len(key)]
        sealed, tag = encrypt(algorithm, key, nonce, plain.encode(), _aad(table, column, uid))
        return self.newest_prefix + "|".join(base64.b64encode(part).decode() for part in (nonce, sealed, tag))

    def unseal(self, envelope: str, *, table: str, column: str, uid: object) -> str:
        """The plain text of an envelope sealed for this very place.

        Raises BadEnvelope, UnknownKey or Tampered, all CryptoError.
        """
        try:
            version, name, key_id, *parts = envelope.split("|")
            nonce, ciphertext, tag = (base64.b64decode(part, validate=True) for part in parts)
            number = int(key_id)
        except (ValueError, binascii.Error):
            raise BadEnvelope("not an envelope") from None
        if version != VERSION or len(nonce) != NONCE_BYTES or len(tag) != TAG_BYTES:
            raise BadEnvelope("not an envelope of a version this program knows")
        key = self.keys.get(number)
        if key is None:
            raise UnknownKey(f"key {number} is not in PORTAL_FIELD_KEYS")
        algorithm = _BY_LENGTH[len(key)]
        if algorithm.name != name:
            raise Tampered(f"key {number} is not for the algorithm the envelope names")
        return decrypt(algorithm, key, nonce, ciphertext, tag, _aad(table, column, uid)).decode()


def _aad(table: str, column: str, uid: object) -> bytes:
    if uid is None or uid == "":
        raise ValueError("a value can only be sealed for a row that has its uid already")
    return f"{table}|{column}|{uid}".encode()


def parse_keys(text: str, profile: str = "gm") -> KeyRing:
    """The ring written as ``1:<base64>,2:<base64>``, newest last.

    Raises ImproperlyConfigured, without repeating any key, when an entry is malformed, an id repeats, a key has
    neither 16 nor 32 bytes or is one byte over and over, or the newest does not fit ``profile``.
    """
    if profile not in _BY_PROFILE:
        raise ImproperlyConfigured("CRYPTO_PROFILE 只能是 gm 或 intl。")
    keys: dict[int, bytes] = {}
    for place, entry in enumerate(text.split(","), start=1):
        number, _, encoded = entry.strip().partition(":")
        if not (number.isascii() and number.isdigit()):
            raise ImproperlyConfigured(f"PORTAL_FIELD_KEYS 第 {place} 项应写成“编号:密钥的 base64”。")
        key = _decode(encoded, f"PORTAL_FIELD_KEYS 第 {place} 项")
        if len(key) not in _BY_LENGTH:
            raise ImproperlyConfigured(f"PORTAL_FIELD_KEYS 第 {place} 项应为 16 字节（SM4）或 32 字节（AES-256）。")
        if int(number) in keys:
            raise ImproperlyConfigured(f"PORTAL_FIELD_KEYS 中编号 {int(number)} 重复。")
        keys[int(number)] = key
    newest = next(reversed(keys))
    if len(keys[newest]) != _BY_PROFILE[profile].key_bytes:
        needed = _BY_PROFILE[profile].key_bytes
        raise ImproperlyConfigured(f"CRYPTO_PROFILE={profile} 要求最后一把密钥为 {needed} 字节。")
    return KeyRing(keys, newest)


def parse_index_key(text: str) -> bytes:
    """The key of the blind indexes.  Raises ImproperlyConfigured unless it is 32 bytes in base64."""
    key = _decode(text, "PORTAL_INDEX_KEY")
    if len(key) != INDEX_KEY_BYTES:
        raise ImproperlyConfigured(f"PORTAL_INDEX_KEY 应为 {INDEX_KEY_BYTES} 字节的 base64。")
    return key


def _decode(encoded: str, name: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (ValueError, binascii.Error):
        raise ImproperlyConfigured(f"{name} 不是有效的 base64。") from None
    if len(set(key)) < 2:
        raise ImproperlyConfigured(f"{name} 为空或不是随机密钥。")
    return key


_cached_ring = lru_cache(maxsize=8)(parse_keys)
_cached_index_key = lru_cache(maxsize=8)(parse_index_key)


def require_keys() -> None:
    """Raise ImproperlyConfigured when the running settings have no usable keys, or one key for two purposes.

    Called once when a process starts, so that a wrong key is not found out by the first clerk who saves.
    """
    index_key = _cached_index_key(settings.PORTAL_INDEX_KEY)
    if index_key in key_ring().keys.values() or settings.PORTAL_INDEX_KEY == settings.SECRET_KEY:
        raise ImproperlyConfigured("PORTAL_INDEX_KEY 不能与其他密钥相同。")


def key_ring() -> KeyRing:
    """The ring of the running settings."""
    return _cached_ring(settings.PORTAL_FIELD_KEYS, getattr(settings, "CRYPTO_PROFILE", "gm"))


def seal(plain: str, *, table: str, column: str, uid: object) -> str:
    """``KeyRing.seal`` with the ring of the running settings."""
    return key_ring().seal(plain, table=table, column=column, uid=uid)


def unseal(envelope: str, *, table: str, column: str, uid: object) -> str:
    """``KeyRing.unseal`` with the ring of the running settings."""
    return key_ring().unseal(envelope, table=table, column=column, uid=uid)


def looks_sealed(text: str) -> bool:
    """Whether ``text`` has the shape of an envelope (says nothing about its opening)."""
    return _ENVELOPE.match(text) is not None


_NORMALISERS: Final[dict[str, Callable[[str], str]]] = {
    "id_number": idnumbers.normalise,
    "phone": phones.normalise,
}


def blind_index(column: str, value: str) -> str:
    """32 hex digits by which equal values of ``column`` are found without opening them; '' for an empty value.

    HMAC-SM3 under ``PORTAL_INDEX_KEY``, cut to 16 bytes, over the normalised value: ``phone`` (or ``….phone``) as in
    ``common.phones``, everything else as in ``common.idnumbers`` (NFKC, no blanks, upper case).  ``column`` is the
    kind of value, not a table's column: one name for the same kind everywhere, so that tables can be compared.
    It shows equality to whoever reads the table, nothing else.  Never filter by '': it would match every blank.
    """
    normal = _NORMALISERS.get(column.rpartition(".")[2], idnumbers.normalise)(value)
    if not normal:
        return ""
    mac = hmac.HMAC(_cached_index_key(settings.PORTAL_INDEX_KEY), hashes.SM3())
    mac.update(f"{column}|{normal}".encode())
    return mac.finalize()[:INDEX_BYTES].hex()
