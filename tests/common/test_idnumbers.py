from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from common import idnumbers
from common.idnumbers import Fault, IdKind, IdNumber, Sex, Uscc

TODAY = date(2026, 11, 23)

# Worked out in GB 11643 itself and in the project's legal notes; sequence 000 is never given to a person.
VALID = [
    ("11010519491231002X", Sex.FEMALE, date(1949, 12, 31)),
    ("440524188001010014", None, None),  # the standard's second example: born in 1880
    ("620702199001010006", Sex.FEMALE, date(1990, 1, 1)),
    ("622201196805120002", Sex.FEMALE, date(1968, 5, 12)),
    ("620702198512300000", Sex.FEMALE, date(1985, 12, 30)),
    ("620702201506010001", Sex.FEMALE, date(2015, 6, 1)),
]


def parse(text: str, kind: IdKind = IdKind.ID_CARD, **more: object) -> IdNumber:
    return IdNumber.parse(text, kind, today=TODAY, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [v[0] for v in VALID])
def test_the_check_digit_of_published_numbers(text):
    assert idnumbers.check_digit(text[:17]) == text[17]


@pytest.mark.parametrize(("text", "sex", "birth"), [v for v in VALID if v[2]])
def test_a_valid_number_tells_sex_and_birth_date(text, sex, birth):
    number = parse(text)
    assert (number.is_valid, number.sex, number.birth_date) == (True, sex, birth)


def test_the_old_county_code_622201_is_in_order():
    assert parse("622201196805120002").problem == ""


@pytest.mark.parametrize("code", ["622201", "620702", "999999", "000000"])
def test_no_region_code_is_refused(code):
    first17 = code + "19700101000"
    assert parse(first17 + idnumbers.check_digit(first17)).is_valid


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002x",
        "11010519491231002×",
        "110105\u200b19491231002X",
    ],
)
def test_how_people_type_it_is_normalised(typed):
    assert parse(typed).text == "11010519491231002X"


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = idnumbers.normalise(text)
    assert idnumbers.normalise(once) == once


@given(st.text(), st.sampled_from(list(IdKind)))
def test_parse_never_raises_on_what_is_typed(text, kind):
    number = IdNumber.parse(text, kind)
    assert number.is_valid == (not number.faults)


@given(
    st.from_regex(r"\A[1-8][0-9]{5}\Z"),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)
def test_every_number_made_by_the_rule_is_valid_and_reads_back(region, birth, sequence):
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    number = parse(first17 + idnumbers.check_digit(first17))
    assert number.is_valid and number.birth_date == birth
    assert number.sex == (Sex.MALE if sequence % 2 else Sex.FEMALE)


@given(st.sampled_from([v[0] for v in VALID if v[2]]), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(text, place, step):
    wrong = str((int(text[place]) + step) % 10)
    assert not parse(text[:place] + wrong + text[place + 1 :]).is_valid


@given(st.sampled_from([v[0] for v in VALID if v[2]]), st.integers(0, 15))
def test_two_neighbours_changing_places_are_noticed(text, place):
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or not parse(swapped).is_valid


@pytest.mark.parametrize(
    ("text", "fault", "sentence"),
    [
        ("", Fault.EMPTY, "请填写证件号码；确实没有的，请选择“无证件”并注明原因。"),
        ("62070219900101000", Fault.LENGTH, "身份证号应为 18 位，现在是 17 位，请核对。"),
        ("620702900101000", Fault.LENGTH, "15 位旧身份证号已停用，请按证件填写 18 位号码。"),
        (
            "62070219900101000A",
            Fault.CHARACTERS,
            "身份证号前 17 位应为数字，最后一位为数字或 X，请核对。",
        ),
        (
            "620702199013010006",
            Fault.BIRTH_DATE,
            "身份证号第 7 至 14 位不是真实的出生日期，请核对。",
        ),
        (
            "620702199002290000",
            Fault.BIRTH_DATE,
            "身份证号第 7 至 14 位不是真实的出生日期，请核对。",
        ),
        (
            "440524188001010014",
            Fault.BIRTH_DATE,
            "身份证号中的出生日期不合情理，请核对第 7 至 14 位。",
        ),
        (
            "620702199001010007",
            Fault.CHECK_DIGIT,
            "身份证号的校验位不对，可能有一位写错，请对照证件核对。",
        ),
    ],
)
def test_each_slip_has_its_flag_and_sentence(text, fault, sentence):
    number = parse(text)
    assert fault in number.faults
    assert number.problem == sentence


def test_other_scripts_digits_are_not_digits():
    assert Fault.CHARACTERS in parse("٦٢٠٧٠٢١٩٩٠٠١٠١٠٠٠٦").faults


def test_a_birth_tomorrow_is_noticed_and_today_is_not():
    assert Fault.BIRTH_DATE in parse("620702202611240000").faults
    assert Fault.BIRTH_DATE not in parse("620702202611230000").faults


def test_a_wrong_check_digit_still_offers_sex_and_birth_date():
    number = parse("620702199001010007")
    assert (number.sex, number.birth_date) == (Sex.FEMALE, date(1990, 1, 1))


@pytest.mark.parametrize(
    ("on", "age"),
    [
        (date(2026, 6, 1), 11),
        (date(2026, 5, 31), 10),
        (date(2015, 6, 1), 0),
        (date(2015, 5, 31), None),
    ],
)
def test_age_is_complete_on_the_birthday(on, age):
    assert parse("620702201506010001").age(on) == age


def test_born_on_29_february_is_a_year_older_on_1_march():
    assert idnumbers.age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert idnumbers.age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_taiwan_use_the_same_rule(prefix):
    first17 = prefix + "19850607000"
    number = parse(first17 + idnumbers.check_digit(first17), IdKind.HMT_PERMIT)
    assert number.is_valid and number.birth_date == date(1985, 6, 7)


def test_a_mainland_number_under_the_permit_is_pointed_out():
    assert parse("620702199001010006", IdKind.HMT_PERMIT).faults == {Fault.PREFIX}


@pytest.mark.parametrize(
    ("kind", "text", "valid"),
    [
        (IdKind.PASSPORT, "e12345678", True),
        (IdKind.PASSPORT, "E123", False),
        (IdKind.PASSPORT, "护照12345", False),
        (IdKind.FOREIGN_PERMANENT, "USA310012345678", True),
        (IdKind.FOREIGN_PERMANENT, "911840198501010005", True),
        (IdKind.FOREIGN_PERMANENT, "9118401985", False),
        (IdKind.OTHER, "南字第0012345号", True),
        (IdKind.OTHER, "1", False),
    ],
)
def test_other_documents_pass_by_length(kind, text, valid):
    number = parse(text, kind)
    assert number.is_valid is valid
    assert number.sex is None and number.birth_date is None


def test_no_document_needs_a_reason():
    assert parse("", IdKind.NONE).faults == {Fault.REASON}
    assert parse("", IdKind.NONE, reason="证件遗失补办中").is_valid
    assert not parse("620702199001010006", IdKind.NONE, reason="遗失").is_valid


def test_repr_shows_no_digit_of_the_number():
    assert "620702" not in repr(parse("620702199001010006"))


def test_the_standards_organisation_code():
    assert uscc("91350100M000100Y43") == ""
    assert uscc("９１３５０１００m０００１００y４３") == ""


def uscc(text: str) -> str:
    return Uscc.parse(text).problem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "请填写统一社会信用代码。"),
        ("91350100M000100Y4", "统一社会信用代码应为 18 位，现在是 17 位，请核对。"),
        (
            "91350100O000100Y43",
            "统一社会信用代码只含数字和大写字母，且不用 I、O、S、V、Z，请核对。",
        ),
        ("9135A100M000100Y43", "统一社会信用代码第 3 至 8 位应为数字，请核对。"),
        ("91350100M000100Y44", "统一社会信用代码的校验位不对，可能有一位写错，请对照证照核对。"),
    ],
)
def test_each_slip_in_an_organisation_code_has_its_sentence(text, sentence):
    assert uscc(text) == sentence


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.from_regex(r"\A[0-9]{8}\Z"), st.text(ALPHABET, min_size=9, max_size=9))
def test_organisation_codes_agree_with_python_stdnum(head, body):
    code = head + body + idnumbers.uscc_check_character(head + body)
    assert stdnum_uscc.is_valid(code) and idnumbers.uscc_is_valid(code)
    other = "0" if code[17] != "0" else "1"
    assert not stdnum_uscc.is_valid(code[:17] + other) and not idnumbers.uscc_is_valid(code[:17] + other)


def test_a_rural_collective_whose_code_begins_with_n_is_accepted():
    first17 = "N2620702MF1A2B3C4"
    assert idnumbers.uscc_is_valid(first17 + idnumbers.uscc_check_character(first17))


@given(st.text())
def test_an_organisation_code_never_raises(text):
    Uscc.parse(text)


@pytest.mark.parametrize("first17", ["", "1" * 16, "1" * 16 + "X", "１" * 17])
def test_a_check_digit_of_something_else_is_refused(first17):
    with pytest.raises(ValueError, match="17 digits"):
        idnumbers.check_digit(first17)
