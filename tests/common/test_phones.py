import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import phones


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("13800000000", "13800000000", "mobile"),
        ("１３８ ００００ ００００", "13800000000", "mobile"),
        ("+86 138-0000-0000", "13800000000", "mobile"),
        ("(+86)13800000000", "13800000000", "mobile"),
        ("0086 13800000000", "13800000000", "mobile"),
        ("8613800000000", "13800000000", "mobile"),
        ("138—0000—0000", "13800000000", "mobile"),
        ("\u202d13800000000\u202c", "13800000000", "mobile"),
        ("19900000000", "19900000000", "mobile"),
        ("0936-8212345", "0936-8212345", "landline"),
        ("09368212345", "0936-8212345", "landline"),
        ("(0936) 821 2345", "0936-8212345", "landline"),
        ("（0936）8212345", "0936-8212345", "landline"),
        ("+86 936 8212345", "0936-8212345", "landline"),
        ("8212345", "0936-8212345", "landline"),
        ("821-2345", "0936-8212345", "landline"),
        ("0936-8212345-801", "0936-8212345-801", "landline"),
        ("0936-8212345转801", "0936-8212345-801", "landline"),
        ("09368212345 转 801", "0936-8212345-801", "landline"),
        ("8212345转801", "0936-8212345-801", "landline"),
        ("010-66554433", "010-66554433", "landline"),
        ("0931 8412345", "0931-8412345", "landline"),
        ("021-12345678", "02112345678", "unknown"),
        ("400-800-1234", "4008001234", "hotline"),
        ("12345", "12345", "service"),
        ("12348", "12348", "service"),
        ("110", "110", "service"),
        ("10086", "10086", "service"),
        ("95598", "95598", "service"),
        ("1380000", "1380000", "unknown"),
        ("66554433", "66554433", "unknown"),
        ("无", "无", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_written_form_and_kind(typed, stored, kind):
    assert (phones.normalise(typed), phones.kind(typed)) == (stored, kind)


@pytest.mark.parametrize("number", ["110", "12345", "12348", "10086", "95598"])
def test_short_service_numbers_are_refused_as_contact(number):
    assert phones.problem(number) == f"{number} 是服务短号，不能作为联系电话，请填写本人手机号或座机号。"
    assert not phones.is_valid(number)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", ""),
        ("13800000000", ""),
        ("0936-8212345", ""),
        ("1380000000", "手机号应为 11 位，现在是 10 位，请核对。"),
        ("12800000000", "手机号第二位应为 3 至 9，请核对。"),
        ("66554433", "电话号码不完整：手机号 11 位，座机请带区号，如 0936-8212345。"),
        ("138000O0000", "联系电话只能是数字，座机分机写在“转”之后，请核对。"),
    ],
)
def test_the_sentence_says_what_to_do(typed, sentence):
    assert phones.problem(typed) == sentence


def test_only_a_mobile_takes_text_messages():
    assert phones.is_mobile("+86 13800000000") and not phones.is_mobile("0936-8212345")


@given(st.text() | st.text("0123456789-()+ 转.#", max_size=24))
def test_normalising_twice_changes_nothing(text):
    once = phones.normalise(text)
    assert phones.normalise(once) == once


@given(
    st.from_regex(r"\A1[3-9][0-9]{9}\Z"),
    st.lists(st.sampled_from([" ", "-", "　", "－"]), min_size=10, max_size=10),
)
def test_separators_never_matter_in_a_mobile(number, separators):
    typed = number[0] + "".join(s + d for s, d in zip(separators, number[1:], strict=True))
    assert phones.normalise(typed) == number


@given(st.text())
def test_valid_means_no_problem(text):
    if phones.is_valid(text):
        assert phones.problem(text) == ""
