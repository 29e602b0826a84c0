"""Cells are read forgivingly and written one way, so that what was exported comes back as it was."""

import datetime as dt

import pytest

from imports.cells import Code, Day, OneOf, Phone, SomeOf, Text, Whole, Wrong, YesNo

COLOURS = {"r": "红色", "g": "绿色", "b": "蓝色"}


@pytest.mark.parametrize(
    "cell",
    ["2026年3月1日", "20260301", "2026/3/1", "2026-03-01", "2026.3.1", "２０２６年３月１日", " 2026 年 3 月 1 日 ",
     46082, 46082.0, dt.date(2026, 3, 1), "2026-03-01 00:00:00", "2026年3月"],
)  # fmt: skip
def test_a_day_is_read_however_it_was_typed(cell):
    assert Day().read(cell, None) == dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("2026年2月30日", "不存在"), ("去年春天", "看不懂日期“去年春天”"), ("1026-03-01", "不在"), (999_999, "不存在")],
)
def test_a_day_nobody_can_mean_is_refused_in_words(cell, sentence):
    with pytest.raises(Wrong, match=sentence):
        Day().read(cell, None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("　张　三　", "张 三"), ("Ａ１２", "A12"), ("\ufeff李四\u200b", "李四"), (13.0, "13"), (True, "是"), ("  ", None),
     ("甘州分局（东街）", "甘州分局（东街）"), ("=1+1", "=1+1")],
)  # fmt: skip
def test_text_is_tidied_and_chinese_punctuation_kept(cell, text):
    assert Text(50).read(cell, None) == text


def test_a_number_that_lost_its_last_digits_is_refused():
    with pytest.raises(Wrong, match="超过 15 位"):
        Text(50).read(6.207021999010112e17, None)


def test_text_too_long_says_how_long_it_is():
    with pytest.raises(Wrong, match="有 6 个字，最多 5 个字"):
        Text(5).read("一二三四五六", None)


@pytest.mark.parametrize("cell", [620702101207, "620702101207", "６２０７０２１０１２０７", " 6207 0210 1207 "])
def test_a_code_is_text_however_it_was_typed(cell):
    assert Code(r"\d{12}").read(cell, None) == "620702101207"


@pytest.mark.parametrize("cell", [18100000001, "181 0000 0001", "１８１０００００００１", "+86 18100000001"])
def test_a_phone_is_read_in_its_one_form(cell):
    assert Phone().read(cell, None) == "18100000001"


def test_a_phone_that_reaches_nobody_says_why():
    with pytest.raises(Wrong, match="手机号应为 11 位"):
        Phone().read("1810000", None)


def test_choices_are_found_by_label_value_or_another_word_and_a_near_miss_is_suggested():
    kind = OneOf(lambda look: COLOURS, {"青": "g"})
    assert [kind.read(cell, None) for cell in ("红色", "红 色", "b", "青", "")] == ["r", "r", "b", "g", None]
    with pytest.raises(Wrong, match="没有“绿的色”。是不是“绿色”？"):
        kind.read("绿的色", None)
    with pytest.raises(Wrong, match="请从“红色”“绿色”“蓝色”里选"):
        kind.read("xyz", None)


def test_several_choices_come_in_the_order_of_the_vocabulary():
    kind = SomeOf(lambda look: COLOURS)
    assert kind.read("蓝色,红色；绿色", None) == ["r", "g", "b"]
    assert kind.write(["b", "r"], None) == "红色、蓝色"


def test_whole_numbers_and_yes_or_no():
    assert Whole(0, 100, "小时").read("１２ 小时", None) == 12
    with pytest.raises(Wrong, match="不是整数"):
        Whole().read("十二", None)
    with pytest.raises(Wrong, match="不在 0 至 100"):
        Whole(0, 100).read(101, None)
    assert [YesNo().read(cell, None) for cell in ("是", "√", True, "否", "无", None)] == [
        True,
        True,
        True,
        False,
        False,
        None,
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Text(50), "上秦 镇（东）"), (Day(), dt.date(2024, 2, 29)), (Whole(), 12), (YesNo(), True), (Code(), "0012"),
     (Phone(), "0936-8212345"), (OneOf(lambda look: COLOURS), "g"), (SomeOf(lambda look: COLOURS), ["r", "b"])],
)  # fmt: skip
def test_what_is_written_is_read_back_as_the_same(kind, value):
    assert kind.read(kind.write(value, None), None) == value
    assert kind.read(kind.write(None, None), None) is None
