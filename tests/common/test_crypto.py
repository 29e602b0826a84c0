import base64
import hashlib
import hmac
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from common import crypto
from common.crypto import AES_256_GCM, SM4_GCM, KeyRing

SM4_KEY = bytes(range(16))
OTHER_SM4_KEY = bytes(range(16, 32))
AES_KEY = bytes(range(32))
RING = KeyRing({1: SM4_KEY}, 1)
PLACE = {"table": "disputes_party", "column": "phone", "uid": uuid.UUID(int=7)}


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_sm4_gcm_is_that_of_rfc_8998_appendix_a_1():
    sealed, tag = crypto.encrypt(
        SM4_GCM,
        key=bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"),
        nonce=bytes.fromhex("00001234567800000000ABCD"),
        aad=bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"),
        plain=bytes.fromhex(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
            "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
        ),
    )
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    )
    assert tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


def test_aes_256_gcm_is_that_of_the_gcm_specification_case_16():
    sealed, tag = crypto.encrypt(
        AES_256_GCM,
        key=bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2),
        nonce=bytes.fromhex("cafebabefacedbaddecaf888"),
        aad=bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
        plain=bytes.fromhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        ),
    )
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    )
    assert tag.hex() == "76fc6ece0f4e1768cddf8853bb2d551b"


@given(st.text(), st.sampled_from([RING, KeyRing({3: AES_KEY}, 3)]))
def test_what_was_sealed_opens_again(text, ring):
    assert ring.unseal(ring.seal(text, **PLACE), **PLACE) == text


def test_the_envelope_names_version_algorithm_and_key():
    envelope = RING.seal("13800000000", **PLACE)
    assert envelope.startswith("v1|sm4gcm|1|")
    assert crypto.looks_sealed(envelope)
    assert "13800000000" not in envelope
    assert not crypto.looks_sealed("13800000000")


def test_the_same_value_never_looks_the_same_twice():
    assert len({RING.seal("13800000000", **PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "elsewhere", [{"table": "mediators_mediator"}, {"column": "address"}, {"uid": uuid.UUID(int=8)}]
)
def test_an_envelope_moved_elsewhere_does_not_open(elsewhere):
    envelope = RING.seal("13800000000", **PLACE)
    with pytest.raises(crypto.Tampered):
        RING.unseal(envelope, **{**PLACE, **elsewhere})


@given(st.data())
def test_any_changed_character_is_noticed(data):
    envelope = RING.seal("张掖市甘州区上秦镇", **PLACE)
    place = data.draw(st.integers(0, len(envelope) - 1))
    other = data.draw(st.sampled_from("ABab01|/+=x").filter(lambda c: c != envelope[place]))
    changed = envelope[:place] + other + envelope[place + 1 :]
    try:
        opened = RING.unseal(changed, **PLACE)
    except crypto.CryptoError:
        return
    # Base64's last character before the padding has spare bits: another spelling of the same bytes.
    assert opened == "张掖市甘州区上秦镇"


def test_another_key_under_the_same_number_is_noticed():
    envelope = RING.seal("13800000000", **PLACE)
    with pytest.raises(crypto.Tampered):
        KeyRing({1: OTHER_SM4_KEY}, 1).unseal(envelope, **PLACE)
    with pytest.raises(crypto.Tampered):
        KeyRing({1: AES_KEY}, 1).unseal(envelope, **PLACE)


def test_a_dropped_key_is_named():
    with pytest.raises(crypto.UnknownKey, match="key 1 "):
        KeyRing({2: OTHER_SM4_KEY}, 2).unseal(RING.seal("x", **PLACE), **PLACE)


@pytest.mark.parametrize(
    "text", ["", "13800000000", "v2|sm4gcm|1|AAAA|AAAA|AAAA", "v1|sm4gcm|1|AAAA|AAAA|AAAA", "v1|a|b"]
)
def test_what_is_no_envelope_is_said_to_be_none(text):
    with pytest.raises(crypto.BadEnvelope):
        RING.unseal(text, **PLACE)


@given(st.text())
def test_rubbish_raises_only_our_errors(text):
    with pytest.raises(crypto.CryptoError):
        RING.unseal(text, **PLACE)


def test_errors_never_repeat_what_was_sealed():
    envelope = RING.seal("13800000000", **PLACE)
    with pytest.raises(crypto.Tampered) as raised:
        RING.unseal(envelope, **{**PLACE, "uid": 1})
    assert envelope not in str(raised.value)


def test_a_row_without_uid_cannot_be_sealed():
    with pytest.raises(ValueError, match="uid"):
        RING.seal("x", table="t", column="c", uid=None)


def test_the_newest_key_seals_and_all_open():
    old = RING.seal("13800000000", **PLACE)
    ring = crypto.parse_keys(f"1:{b64(SM4_KEY)},2:{b64(OTHER_SM4_KEY)}")
    assert ring.seal("x", **PLACE).startswith("v1|sm4gcm|2|")
    assert ring.unseal(old, **PLACE) == "13800000000"


def test_one_ring_carries_both_profiles_while_moving():
    old = RING.seal("13800000000", **PLACE)
    ring = crypto.parse_keys(f"1:{b64(SM4_KEY)},2:{b64(AES_KEY)}", profile="intl")
    assert ring.seal("x", **PLACE).startswith("v1|aes256gcm|2|")
    assert ring.unseal(old, **PLACE) == "13800000000"


@pytest.mark.parametrize(
    ("keys", "profile", "sentence"),
    [
        ("", "gm", "编号"),
        (b64(SM4_KEY), "gm", "编号"),
        ("1:%%%", "gm", "base64"),
        ("1:" + b64(b"abc"), "gm", "16 字节"),
        ("1:" + b64(bytes(16)), "gm", "随机"),
        (f"1:{b64(SM4_KEY)},1:{b64(OTHER_SM4_KEY)}", "gm", "重复"),
        (f"1:{b64(AES_KEY)}", "gm", "16 字节"),
        (f"1:{b64(SM4_KEY)}", "intl", "32 字节"),
        (f"1:{b64(SM4_KEY)}", "sm", "gm 或 intl"),
    ],
)
def test_a_bad_ring_stops_the_program_without_showing_a_key(keys, profile, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence) as raised:
        crypto.parse_keys(keys, profile)
    assert b64(SM4_KEY) not in str(raised.value)


@pytest.mark.parametrize("text", ["", "abc", b64(bytes(32)), b64(bytes(range(31)))])
def test_a_weak_index_key_stops_the_program(text):
    with pytest.raises(ImproperlyConfigured, match="PORTAL_INDEX_KEY"):
        crypto.parse_index_key(text)


def test_one_key_for_two_purposes_stops_the_program(settings):
    settings.PORTAL_FIELD_KEYS, settings.CRYPTO_PROFILE = f"1:{b64(AES_KEY)}", "intl"
    settings.PORTAL_INDEX_KEY = b64(AES_KEY)
    with pytest.raises(ImproperlyConfigured, match="相同"):
        crypto.require_keys()
    settings.PORTAL_INDEX_KEY = b64(bytes(reversed(AES_KEY)))
    crypto.require_keys()


def test_repr_of_a_ring_shows_no_key():
    assert repr(RING) == "KeyRing(newest=1)"


@pytest.fixture
def index_key(settings):
    settings.PORTAL_INDEX_KEY = b64(AES_KEY)
    return AES_KEY


def test_sm3_is_that_of_gb_t_32905():
    assert hashlib.new("sm3", b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_the_blind_index_is_the_first_half_of_hmac_sm3(index_key):
    mac = hmac.new(index_key, b"phone|13800000000", "sm3").hexdigest()
    assert crypto.blind_index("phone", "13800000000") == mac[:32]


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("id_number", "11010519491231002x", "１１０１０５ 19491231 002X"),
        ("phone", "+86 138-0000-0000", "13800000000"),
        ("phone", "8212345", "(0936)8212345"),
        ("party.phone", "+86 13800000000", "138 0000 0000"),
    ],
)
def test_values_written_differently_have_one_index(index_key, column, one, other):
    assert crypto.blind_index(column, one) == crypto.blind_index(column, other)


def test_the_index_depends_on_key_and_kind(index_key, settings):
    first = crypto.blind_index("phone", "13800000000")
    assert first != crypto.blind_index("id_number", "13800000000")
    settings.PORTAL_INDEX_KEY = b64(bytes(reversed(AES_KEY)))
    assert first != crypto.blind_index("phone", "13800000000")


def test_nothing_has_no_index(index_key):
    assert crypto.blind_index("phone", " ") == ""
