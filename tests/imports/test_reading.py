"""Files broken in every way we have seen: each gives one sentence that says what to do, and nothing is kept of it."""

import datetime as dt
import io

import pytest
import xlsxwriter

from imports import reading, sandbox
from imports.reading import FORMULA, MOST_BYTES, BrokenFile, Wanted
from tests.imports.files import compound, packed, with_part, xlsx

HEAD = ["姓名", "电话", "聘任日期"]
WANTED = Wanted(
    "调解员", HEAD, ["姓名"], most_rows=20_000, ignored=["问题"], others={"区划": ["区划代码", "全称", "级别"]}
)
GOOD = xlsx([HEAD, ["甲", "18100000001", "2026-03-01"]], name="调解员")


def read(content, name="x.xlsx", wanted=WANTED):
    reading.door(name, content)
    return sandbox.read(content, wanted)


def refused(content, name="x.xlsx", wanted=WANTED):
    with pytest.raises(BrokenFile) as broken:
        read(content, name, wanted)
    sentence = broken.value.sentence
    assert sentence.endswith("。")
    return sentence


def test_a_good_file_is_read_with_its_row_numbers():
    table = read(GOOD)
    assert table.columns == {"姓名": 0, "电话": 1, "聘任日期": 2}
    assert table.rows == [(2, ["甲", "18100000001", "2026-03-01"])]
    assert table.notes == []


# ---- refused at the door: nothing is unpacked, nothing is stored


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"", "文件是空的"),
        ("a.xlsx", b"\0" * 4096, "文件是空的"),
        ("a.xlsm", GOOD, "带宏"),
        ("a.xlsx", with_part(GOOD, "xl/vbaProject.bin", b"macro"), "文件里有宏"),
        ("a.xls", compound("Workbook"), "旧格式（.xls）"),
        ("a.et", compound("Workbook"), "WPS 表格自己的格式"),
        ("a.xlsx", compound("EncryptedPackage", "EncryptionInfo"), "打开密码"),
        ("a.xls", b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table></html>", "其实是网页"),
        ("a.xlsx", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "其实是网页"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML 表格"),
        ("a.xlsx", packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
        ("a.docx", packed({"word/document.xml": b"<x/>"}), "Word"),
        ("a.zip", packed({"名单.xlsx": GOOD}), "不要压缩"),
        ("a.xlsx", GOOD[: len(GOOD) // 2], "不完整"),
        ("a.pdf", b"%PDF-1.7 ...", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "图片"),
        ("a.xlsx", "姓名,电话".encode(), "不是 Excel 工作簿"),
        ("a.xlsx", with_part(GOOD, "xl/embeddings/other.xlsx", b"PK"), "嵌着别的文件"),
        ("a.xlsx", with_part(GOOD, "../../etc/passwd", b"x"), "路径不正常"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_spreadsheet_of_ours_is_refused_at_the_door(name, content, sentence):
    with pytest.raises(BrokenFile) as broken:
        reading.door(name, content)
    assert sentence in broken.value.sentence


def test_a_zip_bomb_is_seen_in_the_directory_of_the_archive():
    bomb = with_part(GOOD, "xl/worksheets/sheet9.xml", b"0" * (60 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(BrokenFile, match="解开后有 60 MB"):
        reading.door("a.xlsx", bomb)


def test_an_archive_of_many_parts_is_refused():
    many = packed({"xl/workbook.xml": b"<x/>", **{f"xl/part{n}.xml": b"" for n in range(1001)}})
    with pytest.raises(BrokenFile, match="1,002 个部分"):
        reading.door("a.xlsx", many)


def test_fifty_megabytes_are_refused():
    with pytest.raises(BrokenFile, match=r"文件有 50\.0 MB，最大 10 MB"):
        reading.door("a.xlsx", b"x" * (5 * MOST_BYTES))


# ---- refused on reading


def test_the_wrong_sheet_says_what_is_there_and_what_should_be():
    said = refused(xlsx([["序号", "单位"], [1, "x"]], name="Sheet1"))
    assert "没有找到“调解员”的表头，应有：姓名" in said
    assert "工作表“Sheet1”最上面写的是：序号、单位" in said


def test_the_file_of_another_table_is_told_where_it_belongs():
    assert "这像是“区划”的表" in refused(xlsx([["区划代码", "全称", "级别"], ["1", "x", "村"]]))


def test_a_missing_required_header_is_named():
    assert "缺少“姓名”" in refused(xlsx([["电话", "聘任日期"], ["1", "2"]]))


def test_a_header_twice_is_refused_with_both_places():
    assert "“电话”出现了两次（B1 和 C1）" in refused(xlsx([["姓名", "电话", "电话"], ["甲", "1", "2"]]))


def test_merged_cells_among_the_data_are_refused_with_their_range():
    content = xlsx([HEAD, ["甲", "1"]], more=lambda book, sheet: sheet.merge_range("A3:A5", "乙"))
    assert "A3:A5 是合并单元格" in refused(content)


def test_merged_cells_of_a_title_above_the_headers_are_no_matter():
    content = xlsx([[], HEAD, ["甲", "1"]], more=lambda book, sheet: sheet.merge_range("A1:C1", "上秦镇调解员名单"))
    assert read(content).rows == [(3, ["甲", "1", ""])]


def test_a_formula_is_read_as_the_value_saved_with_it_and_said():
    def formulas(book, sheet):
        sheet.write_formula("A3", '="乙"&"丙"', None, "乙丙")
        sheet.write_formula("B3", "=A9", None, "")

    table = read(xlsx([HEAD, ["甲", "1"], [None, None, "2026-01-01"]], more=formulas))
    assert table.rows[1] == (3, ["乙丙", FORMULA, "2026-01-01"])
    assert table.notes == ["1 个单元格是公式，按保存时算出的值读取：A3。"]


def test_a_million_empty_formatted_rows_do_not_hide_the_few_with_data():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet, bold = book.add_worksheet("调解员"), book.add_format({"bold": True})
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ["甲", "1"])
    for row in range(2, 1_048_576):
        sheet.write_blank(row, 0, None, bold)
    book.close()
    assert read(out.getvalue()).rows == [(2, ["甲", "1", ""])]


def test_a_stray_cell_at_the_end_of_the_sheet_is_named_instead_of_filling_the_memory():
    content = xlsx([HEAD, ["甲", "1"]], more=lambda book, sheet: sheet.write_string(1_048_575, 0, "x"))
    assert "数据一直到第 1,048,576 行" in refused(content)
    content = xlsx([HEAD, ["甲", "1"]], more=lambda book, sheet: sheet.write_string(1, 16_383, "x"))
    assert "数据一直到 XFD 列" in refused(content)


def test_more_rows_than_one_import_takes_are_refused():
    wanted = Wanted("调解员", HEAD, ["姓名"], most_rows=5)
    assert "一次最多 5 行" in refused(xlsx([HEAD, *[[f"甲{n}"] for n in range(6)]]), wanted=wanted)


def test_headers_alone_are_no_data():
    assert "表头下面没有数据" in refused(xlsx([HEAD]))


def test_a_damaged_part_inside_a_whole_archive_is_told():
    assert "损坏" in refused(with_part(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='1'><c"))


def test_headers_are_known_by_their_words_not_by_how_they_are_typed():
    table = read(xlsx([["姓 名*", "电话（必填）", "聘任\n日期"], ["甲", "1"]]))
    assert table.columns == {"姓名": 0, "电话": 1, "聘任日期": 2}


def test_unknown_columns_are_left_out_and_said_and_those_of_our_reports_are_not_mentioned():
    table = read(xlsx([["姓名", "备注", "问题", "电话"], ["甲", "x", "y", "1"]]))
    assert table.rows == [(2, ["甲", "1"])]
    assert table.notes[0] == "不认识的列没有读取：B 列“备注”。"
    assert "聘任日期" in table.notes[1]


def test_days_and_numbers_come_as_what_they_are():
    table = read(xlsx([HEAD, ["甲", 18100000001, dt.date(2026, 3, 1)]]))
    assert table.rows[0][1] == ["甲", 18100000001, dt.date(2026, 3, 1)]


# ---- csv


def test_csv_in_utf8_and_in_gb18030_is_read():
    text = "姓名,电话,聘任日期\r\n甲,18100000001,2026-03-01\r\n"
    assert read(text.encode("utf-8-sig"), "a.csv").rows == [(2, ["甲", "18100000001", "2026-03-01"])]
    table = read(text.encode("gb18030"), "a.csv")
    assert table.rows == [(2, ["甲", "18100000001", "2026-03-01"])]
    assert "按 GB18030 读取" in table.notes[0]


@pytest.mark.parametrize("delimiter", ["\t", ";", "，"])
def test_csv_with_another_delimiter_is_read(delimiter):
    assert read(f"姓名{delimiter}电话\n甲{delimiter}1\n".encode(), "a.csv").rows == [(2, ["甲", "1"])]


def test_csv_in_an_encoding_nobody_can_guess_says_so():
    assert "文字编码" in refused("姓名,电话\n甲,1\n".encode("utf-16-le"), "a.csv")
    assert "文字编码" in refused("氏名,電話\n山田,1\n".encode("shift_jis") + b"\x80\xff", "a.csv")


# ---- the process that reads


def test_a_reader_that_needs_too_much_is_ended_and_the_file_refused(monkeypatch):
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 40 * 1024 * 1024)
    assert "限度" in refused(xlsx([HEAD, *[[f"甲{n}", "1"] for n in range(20_000)]]))


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(sandbox, "STEP_SECONDS", 0.01)
    waited = []
    with pytest.raises(BrokenFile, match="限度"):
        sandbox.read(GOOD, WANTED, lambda: waited.append(1))


def test_the_reader_sees_neither_our_keys_nor_the_database(monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys; sys.stdout.write('{\"refused\": \"%s\"}' % ','.join(sorted(os.environ)))")
    monkeypatch.setenv("PORTAL_FIELD_KEYS", "secret")
    monkeypatch.setattr(reading, "__file__", str(spy))
    with pytest.raises(BrokenFile) as broken:
        sandbox.read(GOOD, WANTED)
    assert "PORTAL" not in broken.value.sentence
    assert "DATABASE" not in broken.value.sentence
