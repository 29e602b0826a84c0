import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import pinyin


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("宅基地", "zjd"),
        ("大满", "dm"),
        ("甘浚", "gj"),
        ("碱滩", "jt"),
        ("三闸", "sz"),
        ("长安", "ca"),
        ("上秦镇", "sqz"),
        ("党寨镇", "dzz"),
        ("平山湖蒙古族乡", "pshmgzx"),
        ("缪家堡村", "mjbc"),
        ("什八名村", "sbmc"),
        ("汤家什村", "tjsc"),
        ("滨河新区（五松园）", "bhxqwsy"),
        ("12345 热线", "12345rx"),
        ("ＡＢ楼", "abl"),
        ("", ""),
        ("——", ""),
    ],
)
def test_initials(text, letters):
    assert pinyin.initials(text) == letters


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("宅基地", "zhaijidi"),
        ("绿化", "lvhua"),
        ("缪家堡村", "miaojiabaocun"),
        ("解放路", "jiefanglu"),
        ("3号楼", "3haolou"),
    ],
)
def test_full(text, reading):
    assert pinyin.full(text) == reading


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单雄信", "shanxiongxin"),
        ("仇英", "qiuying"),
        ("解缙", "xiejin"),
        ("查良镛", "zhaliangyong"),
        ("曾国藩", "zengguofan"),
        ("任建国", "renjianguo"),
        ("盖叫天", "gejiaotian"),
        ("区建国", "oujianguo"),
        ("朴树", "piaoshu"),
        ("缪斯", "miaosi"),
        ("翟建国", "zhaijianguo"),
        ("尉迟恭", "yuchigong"),
        ("万俟卨", "moqixie"),
        ("长孙无忌", "zhangsunwuji"),
        ("万里", "wanli"),
        ("欧阳修", "ouyangxiu"),
        ("尉健行", "weijianxing"),
        ("单", "shan"),
        ("李解", "lijie"),
        ("John Smith", "johnsmith"),
    ],
)
def test_names_are_read_as_names(name, reading):
    assert pinyin.full(name, name=True) == reading


def test_initials_of_a_name():
    assert pinyin.initials("单雄信", name=True) == "sxx"
    assert pinyin.initials("单雄信") == "dxx"


def test_names_sort_as_in_a_dictionary():
    expected = [
        "阿依努尔", "陈一", "黎明", "李安", "李鹏", "林冲", "吕布",
        "单县", "单雄信", "张安", "张建国", "张建军", "章安", "Zoe",
    ]  # fmt: skip
    shuffled = random.Random(7).sample(expected, len(expected))
    assert sorted(shuffled, key=pinyin.sort_key) == expected


@given(st.text())
def test_any_text_can_be_read(text):
    pinyin.sort_key(text)
    pinyin.full(text)
    pinyin.initials(text, name=True)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8))
def test_one_initial_a_character(text):
    assert len(pinyin.initials(text)) == len(text)


def test_a_character_the_dictionary_lacks_stands_for_itself():
    assert pinyin.initials("\U0002fa1d\U00030000") != ""
