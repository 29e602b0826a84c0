"""``manage load_workdays`` and ``check_workdays``: what they say, what they leave alone, what they write down."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from common import workdays
from common.models import Workday

pytestmark = pytest.mark.django_db

#: Invented: the notice of 2027 is not out.
NOTICE = """国办发明电〔2026〕9号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）上班。
"""
COUNTY_DAY = dt.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _fresh_calendar():
    workdays.forget()
    yield
    workdays.forget()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "2027.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def run(*args, **options):
    said = StringIO()
    call_command("load_workdays", *map(str, args), stdout=said, no_color=True, **options)
    return said.getvalue()


def loaded():
    return Workday.objects.filter(day__year=2027).count()


def test_a_dry_run_shows_every_day_that_changes_and_writes_nothing(file):
    said = run(2027, file, dry_run=True)
    assert "2027-02-05 星期五  未公布，按星期推算为上班 → 休息  春节" in said
    assert "2027-01-31 星期日  未公布，按星期推算为休息 → 上班  春节调休上班" in said
    assert "改变 7 天，新增 365 天" in said and "只是预览" in said
    assert "请核对：没有提到清明、劳动节、端午、中秋、国庆。" in said
    assert loaded() == 0 and not AuditEvent.objects.exists()


def test_loading_writes_the_year_and_the_audit_row_once(file):
    assert "已载入 2027 年，依据：国办发明电〔2026〕9号。" in run(2027, file)
    assert loaded() == 365
    row = AuditEvent.objects.get()
    assert (row.action, row.object_type, row.object_id, row.reason) == (
        "calendar.load", "calendar", "2027", "国办发明电〔2026〕9号",
    )  # fmt: skip
    assert (row.detail["changed"], row.detail["learnt"]) == (7, 365)
    assert row.detail["dates"][:3] == ["01-01 休", "01-31 班", "02-05 休"]
    assert "2027 年与日历一致，没有改动。" in run(2027, file)
    assert AuditEvent.objects.count() == 1


def test_decisions_of_the_county_stay_and_are_named(file):
    workdays.set_day(COUNTY_DAY, False, note="县庆", source="x")
    said = run(2027, file)
    assert "2027-03-01 保留区县决定：休息（县庆）" in said and "保留区县决定 1 天" in said
    assert not workdays.is_workday(COUNTY_DAY)


def test_the_days_of_the_installed_package(file):
    Workday.objects.filter(day__year=2026).delete()
    assert "改变" in run(2026, from_package=True)
    assert Workday.objects.get(day=dt.date(2026, 2, 17)).note == "春节"
    with pytest.raises(CommandError, match="只有 2004 至 2026 年"):
        run(2027, from_package=True)


def test_a_broken_file_is_refused_whole(file):
    file.write_text("2027-01-01,放假,元旦\n2027-02-30,放假,春节\n2027-03-01,上学,春节\n", encoding="utf-8")
    with pytest.raises(CommandError, match="文件没有采用：\n第 2 行：没有 2027-02-30 这一天。\n第 3 行：应为"):
        run(2027, file)
    assert loaded() == 0


def test_a_file_that_is_not_there_or_not_text_is_said(tmp_path):
    with pytest.raises(CommandError, match="读不了文件"):
        run(2027, tmp_path / "none.csv")
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04\0\0\xff")
    with pytest.raises(CommandError, match="不是文本文件"):
        run(2027, tmp_path / "x.xlsx")


def test_one_of_file_and_package_must_be_chosen(file):
    for more in ({}, {"from_package": True}):
        with pytest.raises(CommandError, match="二者取一"):
            run(2027, *([file] if more else []), **more)


def test_without_arguments_missing_years_are_filled():
    assert run() == "没有需要补齐的年份。\n"
    Workday.objects.filter(day__year=2026).delete()
    assert run() == "已载入：2026\n"


def test_an_installation_checks_its_own_table():
    workdays.set_day(dt.date(2026, 11, 24), False, note="县庆", source="x")
    said = StringIO()
    call_command("check_workdays", cases=500, seed=3, stdout=said, no_color=True)
    assert "区县决定 1 天；500 个案例，种子 3" in said.getvalue()
    assert said.getvalue().count("500 / 500 一致") == 6 and "全部一致。" in said.getvalue()


def test_a_process_that_reckons_with_another_table_is_found_out(monkeypatch):
    monkeypatch.setattr(workdays, "current", lambda: workdays.Calendar.of({}))
    with pytest.raises(CommandError, match="不一致"):
        call_command("check_workdays", cases=200, stdout=StringIO())
