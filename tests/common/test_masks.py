import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from common import masks
from common.surnames import surname_of


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", ""),
        (None, ""),
        ("张", "*"),
        ("张国", "张*"),
        ("张建国", "张*国"),
        ("张 建 国", "张*国"),
        ("张李建国", "张**国"),
        ("欧阳明", "欧阳*"),
        ("欧阳建明", "欧阳*明"),
        ("尉迟恭", "尉迟*"),
        ("司马", "司*"),
        ("古丽·阿依努尔", "古*·阿***"),
        ("买买提．艾力", "买**·艾*"),
        ("娜仁花", "娜*花"),
        ("John Smith", "J*** S****"),
        ("𠮷野家", "𠮷*家"),
        ("欧阳" + "诺敏其其格" * 19, "欧阳******格"),
        ("A" + "b" * 99, "A******"),
    ],
)
def test_names(name, masked):
    assert masks.mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", ""),
        ("宏达建筑劳务公司", "宏*建筑劳务公司"),
        ("张掖市宏达建筑劳务有限公司", "张掖市宏*建筑劳务有限公司"),
        ("甘肃省张掖市甘州区宏达商行", "甘肃省张掖市甘州区宏*商行"),
        ("甘州区张建国小吃店", "甘州区张*国小吃店"),
        ("宏达", "宏*"),
        ("上秦镇缪家堡村村民委员会", "上秦镇缪家堡村村民委员会"),
        ("张掖市甘州区人民法院", "张掖市甘州区人民法院"),
        ("张掖市公安局甘州分局", "张掖市公安局甘州分局"),
        ("Acme Trading Co", "A*** Trading Co"),
    ],
)
def test_organisations(name, masked):
    assert masks.mask_org(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("", ""),
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0936-8212345", "0936-****345"),
        ("010-66554433", "010-*****433"),
        ("0936-8212345-801", "0936-****345"),
        ("4008001234", "400****1234"),
        ("1381234", "****"),
        ("问邻居", "****"),
    ],
)
def test_phones(number, masked):
    assert masks.mask_phone(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("", ""),
        ("411081199901011234", "411***********1234"),
        ("11010519491231002x", "110***********002X"),
        ("USA310012345678", "USA********5678"),
        ("E12345678", "E******78"),
        ("12345", "*****"),
    ],
)
def test_id_numbers(number, masked):
    assert masks.mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("", ""),
        ("张掖市甘州区上秦镇12号", "张掖市甘州区上秦镇***"),
        ("甘肃省张掖市甘州区上秦镇缪家堡村三社12号", "甘肃省张掖市甘州区上秦镇缪家堡村***"),
        ("甘州区东街街道金安苑社区3号楼2单元", "甘州区东街街道金安苑社区***"),
        ("上秦镇 缪家堡村 3 社", "上秦镇缪家堡村***"),
        ("上秦镇缪家堡村", "上秦镇缪家堡村"),
        ("平山湖蒙古族乡紫泥泉村", "平山湖蒙古族乡紫泥泉村"),
        ("金安苑小区3号楼", "***"),
        ("好又多超市旁边", "***"),
        ("南大街33号", "***"),
        ("12号", "***"),
    ],
)
def test_addresses_end_at_the_village(address, masked):
    assert masks.mask_address(address) == masked


@given(st.text())
def test_masks_never_raise_and_only_empty_gives_empty(text):
    for mask in (masks.mask_name, masks.mask_org, masks.mask_phone, masks.mask_id_number, masks.mask_address):
        if mask(text) == "":
            assert not text.strip() or mask in (masks.mask_phone, masks.mask_address)


@given(st.from_regex(r"\A[0-9A-Z]{6,20}\Z"))
def test_half_of_a_number_stays_hidden(number):
    assert masks.mask_id_number(number).count("*") * 2 >= len(number)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=6))
def test_a_name_keeps_its_length_and_loses_a_character(name):
    masked = masks.mask_name(name)
    assert len(masked) == len(name)
    assert "*" in masked


@pytest.mark.parametrize(
    ("name", "surname"),
    [("欧阳明", "欧阳"), ("欧阳", "欧"), ("爱新觉罗溥仪", "爱新觉罗"), ("张三", "张"), ("", "")],
)
def test_where_a_surname_ends(name, surname):
    assert surname_of(name) == surname


def test_templates_use_the_same_masks():
    page = Template("{% load masks %}{{ n|mask_name }} {{ p|mask_phone }} {{ i|mask_id_number }} {{ e|mask_name }}")
    context = Context({"n": "张建国", "p": "13812345678", "i": "411081199901011234", "e": None})
    assert page.render(context) == "张*国 138****5678 411***********1234 "
