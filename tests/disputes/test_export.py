"""Exports: a reason, masked, never a formula, never too much, in the audit trail, and true to the list."""

import csv
import io
import re
import zipfile
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent
from common.sheets import disarmed, xlsx_file
from disputes import sheets
from disputes.views import export
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

EXPORT = "/disputes/export/"
REASON = "11 月调度会材料"


def ask(user, query="", **data):
    data = {"reason": REASON, "format": "xlsx", "columns": list(sheets.COLUMNS), **data}
    return signed_in(user).post(EXPORT + query, data)


def content(response):
    return b"".join(response.streaming_content)


def xlsx_rows(body):
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def csv_rows(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


READERS = {"xlsx": xlsx_rows, "csv": csv_rows}


def table(response, format_):
    """(watermark, [{head: cell}])"""
    rows = READERS[format_](content(response))
    return rows[0][0], [dict(zip(rows[1], row, strict=False)) for row in rows[2:]]


# ---- what is in the file


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_the_file_holds_the_list_and_whose_it_is(case, clerk, format_):
    mark, rows = table(ask(clerk, format=format_), format_)
    assert re.match(
        r"仅供工作使用，不得外传。陈晓梅（.+）20\d\d-\d\d-\d\d \d\d:\d\d 导出，共 1 件，编号 [0-9a-f]{16}。", mark
    )
    assert [row["案件码"] for row in rows] == [case.code]
    assert rows[0]["乡镇（街道）"] == "上秦镇" and rows[0]["状态"] == "已登记"


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_people_are_masked(clerk, own_village, format_):
    lives.register(clerk, division=own_village, summary="对方电话 13800000002，证件 622201196805120002。")
    text = str(table(ask(clerk, format=format_), format_))
    assert "李*兰" in text and "赵*军" in text
    for plain in ("李桂兰", "赵建军", "13800000002", "622201196805120002"):
        assert plain not in text


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_the_file_is_the_list_under_its_conditions(clerk, own_village, format_):
    lives.register(clerk, division=own_village, risk="high")
    lives.register(clerk, division=own_village)
    _, rows = table(ask(clerk, "?tab=all&risk=high", format=format_), format_)
    assert [row["风险"] for row in rows] == ["高"]


def test_only_ticked_cases_and_only_those_in_scope(clerk, neighbouring_clerk, own_village):
    mine = [lives.register(clerk, division=own_village) for _ in range(3)]
    theirs = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    response = ask(clerk, format="csv", ids=[mine[0].code, mine[2].code, theirs.code, "GZ2099-000001"])
    mark, rows = table(response, "csv")
    assert {row["案件码"] for row in rows} == {mine[0].code, mine[2].code}
    assert "共 2 件" in mark


def test_chosen_columns_in_the_order_of_the_table(case, clerk):
    _, rows = table(ask(clerk, format="csv", columns=["risk", "code", "amount"]), "csv")
    assert list(rows[0]) == ["案件码", "风险", "涉及金额（元）"]


def test_figures_are_numbers_in_a_workbook(clerk, own_village):
    lives.register(clerk, division=own_village, amount="41600.50", people_count=23)
    _, rows = table(ask(clerk), "xlsx")
    assert rows[0]["涉及金额（元）"] == 41600.5 and rows[0]["涉及人数"] == 23


@pytest.mark.parametrize(("format_", "kind"), [("xlsx", "spreadsheetml"), ("csv", "text/csv")])
def test_the_file_has_a_chinese_name(case, clerk, format_, kind):
    response = ask(clerk, format=format_)
    assert response.streaming and kind in response["Content-Type"]
    match = re.fullmatch(r"attachment; filename\*=utf-8''(\S+)", response["Content-Disposition"])
    assert re.fullmatch(rf"案件清单-\d{{8}}-\d{{4}}\.{format_}", unquote(match[1]))
    assert response["Cache-Control"] == "no-store"


# ---- never a formula

DANGEROUS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "  +1", "\u3000=1+1", "\u00a0=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹢1", "﹣1", "−1", "–1", "—1+1", "‐1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1",
    "'=1+1", '"=1+1', "“=1+1", "％1", "%0A=1", "|calc", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example")',
    "=IMPORTXML(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "=DDE(\"cmd\")",
    "=1+1;=2", "\t\t-1", "\r\n@A", "= 1", "=\"a\"&\"b\"",
]  # fmt: skip
HARMLESS = ["两户院墙", "2026-11-23", "800", "A=1", "（=1）", "", "3-5 人", "http://x.example", "李*兰"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_dangerous_cell_of_a_csv_is_disarmed_and_loses_nothing(text):
    assert disarmed(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_cell_stays_as_it_is(text):
    assert disarmed(text) == text


def test_no_cell_of_a_workbook_is_a_formula_or_link():
    rows = [[text, text] for text in [*DANGEROUS, *HARMLESS]]
    body = xlsx_file("=1+1", "表", [sheets.COLUMNS[name] for name in ("code", "summary")], rows).read()
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels")))
    assert "<f>" not in xml and "<f " not in xml and "hyperlink" not in xml and "externalLink" not in xml
    back = [row[0] for row in xlsx_rows(body)][2:]
    for given, read in zip([text for text, _ in rows], back, strict=False):
        # Line ends are normalised by XML itself.
        assert read.replace("\r\n", "\n").replace("\r", "\n") == given.replace("\r\n", "\n").replace("\r", "\n")


def test_characters_that_xml_does_not_know_do_not_spoil_the_workbook():
    body = xlsx_file("头", "表", [sheets.COLUMNS["code"]], [["a\x00b\x0bc\ufffe"]]).read()
    assert xlsx_rows(body)[2] == ["abc"]


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_a_narrative_that_begins_like_a_formula_arrives_harmless(clerk, own_village, format_):
    lives.register(clerk, division=own_village, summary='=HYPERLINK("http://x.example","点我")')
    _, rows = table(ask(clerk, format=format_), format_)
    assert rows[0]["简要情况"].removeprefix("'").startswith("=HYPERLINK")
    assert rows[0]["简要情况"].startswith("'") == (format_ == "csv")


# ---- how much, and why


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"reason": ""}, "请写明导出的用途"),
        ({"reason": "  "}, "请写明导出的用途"),
        ({"columns": []}, "至少选一列"),
        ({"format": "pdf"}, "格式"),
    ],
)
def test_a_reason_columns_and_a_known_format_are_needed(case, clerk, missing, sentence):
    response = ask(clerk, **missing)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not AuditEvent.objects.filter(action="dispute.export").exists()


def test_more_than_the_cap_is_refused_with_how_to_narrow(clerk, own_village, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    for _ in range(3):
        lives.register(clerk, division=own_village)
    response = ask(clerk)
    assert response.status_code == 400
    assert "一次最多导出 2 件" in response.content.decode() and "乡镇" in response.content.decode()
    assert not AuditEvent.objects.filter(action="dispute.export").exists()
    form = tree_of(signed_in(clerk).get(EXPORT))
    assert "一次最多导出 2 件" in words(form)
    assert not [button for button in find(form, "form.panel button") if "导出" in words(button)]


def test_the_cap_itself_is_allowed(clerk, own_village, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    for _ in range(2):
        lives.register(clerk, division=own_village)
    assert len(table(ask(clerk), "xlsx")[1]) == 2


def test_a_days_worth_is_limited(case, clerk, monkeypatch):
    monkeypatch.setattr(export, "DAILY_ROWS", 1)
    assert ask(clerk).status_code == 200
    response = ask(clerk)
    assert response.status_code == 429
    assert "24 小时内最多导出 1 件" in response.content.decode()


def test_every_export_leaves_its_row_with_names_of_conditions_never_values(case, clerk):
    for format_ in ("xlsx", "csv"):
        content(ask(clerk, "?tab=all&q=滴水檐&status=registered&unknown=1", format=format_))
    events = AuditEvent.objects.filter(action="dispute.export")
    assert events.count() == 2
    event = events.first()
    assert (event.actor, event.reason) == (clerk, REASON)
    assert event.detail["rows"] == 1
    assert event.detail["conditions"] == ["q", "status", "tab"]
    assert "滴水檐" not in str(event.detail)


def test_the_row_is_there_before_the_first_byte(case, clerk):
    ask(clerk, format="csv")  # nobody reads the answer
    assert AuditEvent.objects.filter(action="dispute.export").exists()


def test_an_unreadable_condition_stops_the_export(case, clerk):
    """Left out as on the page it would let more out than was asked for."""
    response = ask(clerk, "?since=那天")
    assert response.status_code == 400
    assert "看不懂" in response.content.decode()


def test_administrators_export_nothing(system_admin):
    assert ask(system_admin).status_code == 403
    assert signed_in(system_admin).get(EXPORT).status_code == 403


# ---- the way there


def test_from_the_batch_bar_to_the_form_with_the_ticked_cases(clerk, own_village):
    made = [lives.register(clerk, division=own_village) for _ in range(2)]
    response = signed_in(clerk).post(EXPORT, {"ids": [made[0].code]})
    tree = tree_of(response)
    assert [one.get("value") for one in find(tree, "input[name=ids]")] == [made[0].code]
    assert "共 1 件" in words(tree)


def test_from_the_list_to_the_form_with_the_conditions(clerk):
    lives.register(clerk, division=place(OWN_VILLAGE))
    tree = tree_of(signed_in(clerk).get("/disputes/?tab=accept&risk=low&risk=high&sort=-due"))
    fields = [(one.get("name"), one.get("value")) for one in find(tree, "form#export-query input")]
    assert set(fields) == {("tab", "accept"), ("risk", "low"), ("risk", "high"), ("sort", "-due")}


def test_many_rows_are_read_in_pieces(clerk, own_village, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(sheets, "CHUNK", 2)
    ids = [lives.register(clerk, division=own_village).pk for _ in range(5)]
    with django_assert_max_num_queries(6):  # rows and parties, three pieces
        lines = list(sheets.lines(ids[::-1], ["code"]))
    assert len(lines) == 5 and lines[0][0] > lines[-1][0]
