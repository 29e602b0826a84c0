"""Reading the State Council's notice: as published, as lists, and with the mistakes people make."""

import datetime as dt

import pytest

from common.holidays import BrokenNotice, decode, read_notice, year_from_package

#: As published on 4 November 2025.
NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2025年11月4日
"""


def days(*texts: str) -> list[dt.date]:
    return [dt.date.fromisoformat(text) for text in texts]


def test_the_notice_as_published_gives_the_year_the_library_knows():
    notice = read_notice(NOTICE_2026, 2026)
    known = year_from_package(2026)
    assert {day: works for day, (works, _) in notice.days().items()} == {
        day: works for day, (works, _) in known.items()
    }
    assert (len(notice.off), len(notice.on), notice.number) == (33, 6, "国办发明电〔2025〕7号")
    assert [number for number, _ in notice.skipped] == [1, 2, 3, 4, 12, 13, 14]
    assert notice.doubts == []


@pytest.mark.parametrize(
    "line",
    [
        "2027-01-01至2027-01-03,放假,元旦",
        "2027/1/1-2027/1/3\t放假\t元旦",
        "1月1日-3日 放假 元旦",
        "1月1日（周五）至3日（星期日），放假调休，元旦",
        "2027年1月1日—1月3日；休息；元旦",
        '"2027-01-01到2027-01-03","休","元旦"',
        "２０２７．１．１～３，放假，元旦",
        "元旦：1月1日至3日放假，共3天。",
    ],
)
def test_ways_to_write_the_same_days(line):
    notice = read_notice(f"日期,放假或上班,名称\n{line}\n,,\n", 2027)
    assert list(notice.off) == days("2027-01-01", "2027-01-02", "2027-01-03")
    assert set(notice.off.values()) == {"元旦"} and not notice.on


def test_a_holiday_may_begin_in_the_year_before():
    notice = read_notice("元旦：12月31日（周四）至1月2日（周六）放假调休，共3天。", 2027)
    assert list(notice.off) == days("2026-12-31", "2027-01-01", "2027-01-02")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ["没有读到放假的日子。每行应为“日期,放假或上班,名称”，也可以粘贴通知原文。"]),
        ("2027-01-03,上班,元旦", ["没有读到放假的日子。每行应为“日期,放假或上班,名称”，也可以粘贴通知原文。"]),
        (
            "2027-01-01,放假\n2027-13-01,放假,元旦",
            [
                "第 1 行：应为“日期,放假或上班,名称”，或者“名称：几月几日至几日放假”。",
                "第 2 行：没有 2027-13-01 这一天。",
            ],
        ),
        ("2027-01-01,放,元旦", ["第 1 行：应为“日期,放假或上班,名称”，或者“名称：几月几日至几日放假”。"]),
        ("元旦那天,放假,元旦", ["第 1 行：看不懂日期“元旦那天”，请写成 2027-01-01 或者 2027-01-01至2027-01-03。"]),
        ("放假,元旦", ["第 1 行：没有写明日期。"]),
        ("2028-01-01,放假,元旦", ["第 1 行：2028-01-01 不在 2027 年。"]),
        ("1月1日,放假,元旦\n1月1日,上班,元旦", ["第 2 行：2027-01-01 既放假又上班（第 1 行）。"]),
        ("1月1日,放假,元旦\n1月1日,放假,元旦", ["第 2 行：2027-01-01 在第 1 行已经列过。"]),
        ("1月3日至1日,放假,元旦", ["第 1 行：止日 2027-01-01 早于起日 2027-01-03。"]),
        ("1月1日至2月1日,放假,元旦", ["第 1 行：2027-01-01 至 2027-02-01 有 32 天，没有这样长的假期，请核对。"]),
        ("元旦：1月1日（周六）放假1天。", ["第 1 行：2027-01-01 是星期五，写的是星期六。"]),
        ("元旦：1月1日至3日放假，共4天。", ["第 1 行：写明共 4 天，列出的是 3 天。"]),
        ("元旦：1月1日至3日，共3天。", ["第 1 行：没有写明 2027-01-01 放假还是上班。"]),
        ("关于2026年部分节假日安排的通知\n1月1日,放假,元旦", ["第 1 行：这是 2026 年的通知，要载入的是 2027 年。"]),
    ],
)
def test_a_broken_notice_is_refused_whole_with_its_lines(text, sentences):
    with pytest.raises(BrokenNotice) as refused:
        read_notice(text, 2027)
    assert refused.value.problems == sentences


def test_what_looks_odd_is_said_but_taken():
    notice = read_notice("1月1日,放假,元旦\n1月4日,上班,元旦", 2027)
    assert notice.doubts == [
        "没有提到春节、清明、劳动节、端午、中秋、国庆。",
        "2027-01-04 是星期一，本来就上班。",
    ]


def test_files_of_spreadsheet_programs_are_read():
    text = "1月1日,放假,元旦"
    assert decode(b"\xef\xbb\xbf" + text.encode()) == decode(text.encode("gb18030")) == text
    with pytest.raises(BrokenNotice, match="不是文本文件"):
        decode(b"PK\x03\x04\x00\x00\xff\xff")


#: The sentence of the notice of 2024 that asks employers for something: 9 February stayed a day of work by law.
ASKS = """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。{asks}
"""


def test_what_is_only_encouraged_makes_no_day_off():
    asks = "鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。"
    with_it, without = read_notice(ASKS.format(asks=asks), 2024), read_notice(ASKS.format(asks=""), 2024)
    assert dt.date(2024, 2, 9) not in with_it.off
    assert (with_it.off, with_it.on) == (without.off, without.on)
