"""工作日历: everyone signed in reads it, 系统管理员 alone changes it; a notice is shown before it is taken."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from common import outbox, workdays
from common.models import CountyDay, Outbox, Workday
from common.signals import workdays_changed
from common.tasks import heartbeat
from tests.pages import find, signed_in, tree_of, words
from tests.test_matrix import PEOPLE

pytestmark = pytest.mark.django_db

YEAR = "/system/calendar/"
LOAD = "/system/calendar/load/"
DAY = "/system/calendar/2027-03-01/"
#: Invented: the notice of 2027 is not out.
NOTICE = """国办发明电〔2026〕9号
元旦：1月1日（周五）至3日（周日）放假，共3天。
2027-02-05至2027-02-11,放假,春节
2027-01-31,上班,春节"""
DECISION = {"is_workday": "off", "note": "县庆", "source": "甘政发〔2027〕3号", "reason": "建县纪念日放假一天"}


@pytest.fixture(autouse=True)
def _november():
    workdays.forget()
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=False):
        yield
    workdays.forget()


@pytest.fixture
def admin(system_admin):
    return signed_in(system_admin)


def written():
    """What the audit trail says of the calendar."""
    return AuditEvent.objects.filter(object_type="calendar")


def preview(client, **changes):
    return client.post(LOAD, {"year": "2027", "text": NOTICE, "step": "preview", **changes})


def load(client, **changes):
    seen = tree_of(preview(client, **changes))
    expected = find(seen, "input[name=expected]")[0].get("value")
    return client.post(LOAD, {"year": "2027", "text": NOTICE, "step": "load", "expected": expected, **changes})


# -- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_reads_and_only_the_system_administrator_changes(request, who):
    client = signed_in(request.getfixturevalue(who))
    workdays.set_day(dt.date(2027, 3, 2), False, note="县庆", source="x")
    may = who == "system_admin"
    assert client.get(YEAR).status_code == 200
    assert client.get(DAY).status_code == 200
    assert bool(find(tree_of(client.get(DAY)), "form[data-guard]")) == may
    assert client.get(LOAD).status_code == (200 if may else 403)
    assert client.get("/system/calendar/2027-03-02/withdraw/").status_code == (200 if may else 403)
    for url, data in (
        (LOAD, {"year": "2027", "text": NOTICE, "step": "load"}),
        (DAY, DECISION),
        ("/system/calendar/2027-03-02/withdraw/", {"reason": "不放了"}),
    ):
        assert client.post(url, data).status_code in ({302, 409} if may else {403}), url
    assert (CountyDay.objects.filter(day="2027-03-02").exists(), written().exists()) == (not may, may)


def test_a_day_that_is_none_answers_404(admin):
    for day in ("2027-02-30", "1999-01-01", "3000-01-01", "2027-3-1"):
        assert admin.get(f"{YEAR}{day}/").status_code == 404
    assert admin.get("/system/calendar/2027-03-01/withdraw/").status_code == 404


# -- reading --------------------------------------------------------------------------------------------------------


def test_every_day_of_the_year_says_in_words_what_it_is(client, clerk):
    tree = tree_of(signed_in(clerk).get(f"{YEAR}?year=2026"))
    days = {link.get("href"): link for link in find(tree, "a.cal-day")}
    assert len(find(tree, "table.cal-month")) == 12 and len(days) == 365

    def said(day):
        return days[f"{YEAR}{day}/"].get("title"), words(days[f"{YEAR}{day}/"]).partition("（")[0]

    assert said("2026-02-17") == ("2月17日，星期二，休息，春节", "17休")
    assert said("2026-02-14") == ("2月14日，星期六，上班，春节调休上班", "14班")
    assert said("2026-11-28") == ("11月28日，星期六，休息", "28")
    assert said("2026-11-23") == ("11月23日，星期一，上班，今天", "23")
    rows = [words(row) for row in find(tree, "section[aria-labelledby=holidays-h] tr")]
    assert rows[2].startswith("春节02-15（日） ～ 02-23（一）902-14（六）、02-28（六）")
    assert sum(int(words(cell)) for cell in find(tree, "td[data-label=天数]")) == 33


def test_a_year_that_is_not_loaded_is_shown_as_a_guess(client, clerk):
    tree = tree_of(signed_in(clerk).get(f"{YEAR}?year=2027"))
    assert "2027 年的放假安排还没有载入，暂按周末推算。" in words(find(tree, "div.note-warning")[0])
    assert find(tree, "a.cal-day")[0].get("title") == "1月1日，星期五，上班，暂按周末推算"


@pytest.mark.parametrize(
    ("asked", "shown"), [("", 2026), ("2026", 2026), ("1800", 2004), ("2999", 2027), ("abc", 2026), ("²⁰²⁶", 2026)]
)
def test_a_year_nobody_has_becomes_the_nearest(client, clerk, asked, shown):
    assert signed_in(clerk).get(YEAR, {"year": asked}).context["year"] == shown


def test_a_typed_day_opens_its_page(client, clerk):
    client = signed_in(clerk)
    assert client.get(YEAR, {"day": "2027年3月1日"}).url == DAY
    for wrong in ("某天", "", "1950-01-01"):
        response = client.get(YEAR, {"day": wrong})
        assert response.status_code == 422 and find(tree_of(response), "div.errors")


def test_the_calendar_asks_little(client, clerk, django_assert_max_num_queries):
    client = signed_in(clerk)
    client.get(YEAR)
    with django_assert_max_num_queries(12):
        client.get(YEAR)


# -- loading --------------------------------------------------------------------------------------------------------


def test_a_preview_shows_what_changes_and_changes_nothing(admin):
    response = preview(admin)
    text = words(find(tree_of(response), "section.cal-preview")[0])
    assert response.status_code == 200
    assert "通知放假 10 天，调休上班 1 天。改变 7 天，新增 365 天。依据：国办发明电〔2026〕9号。" in text
    assert "2027-02-05 星期五上班（暂按周末推算） 休息 春节" in text
    assert "没有提到清明、劳动节、端午、中秋、国庆。" in text
    assert find(tree_of(response), "textarea")[0].text.strip() == NOTICE
    assert not Workday.objects.filter(day__year=2027).exists() and not written().exists()


def test_what_was_previewed_is_loaded_with_its_history(admin, clerk, system_admin):
    assert load(admin).url == f"{YEAR}?year=2027"
    assert Workday.objects.filter(day__year=2027, source="国办发明电〔2026〕9号").count() == 365
    row = written().get()
    assert (row.actor, row.action, row.object_id) == (system_admin, "calendar.load", "2027")
    past = words(find(tree_of(signed_in(clerk).get(f"{YEAR}?year=2027")), "section[aria-labelledby=history-h]")[0])
    assert "载入放假安排 2027蒋斌2026-11-23 10:00" in past and "01-31 班" in past


def test_loading_the_same_again_leaves_no_trace(admin):
    load(admin)
    load(admin)
    assert written().count() == 1 and Outbox.objects.count() == 2  # told at once and once more


def test_a_file_takes_the_place_of_what_was_pasted_and_stands_there_to_be_mended(admin):
    file = SimpleUploadedFile("2027.csv", "2027-01-01,放假,元旦\r\n2027-02-30,放假,春节".encode("gb18030"))
    response = admin.post(LOAD, {"year": "2027", "text": "x", "source": "我写的依据", "file": file, "step": "preview"})
    tree = tree_of(response)
    assert response.status_code == 422
    assert "第 2 行：没有 2027-02-30 这一天。" in words(find(tree, "div.errors")[0])
    assert find(tree, "textarea")[0].text.split() == ["2027-01-01,放假,元旦", "2027-02-30,放假,春节"]
    assert find(tree, "input[name=source]")[0].get("value") == "我写的依据"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": ""}, "请粘贴通知内容，或者选一个文件。"),
        ({"file": SimpleUploadedFile("x.xlsx", b"PK\0\0\xff")}, "这个文件不是文本文件。"),
        ({"file": SimpleUploadedFile("x.txt", b"1" * 200_001)}, "文件太大"),
        ({"year": "1999"}, "请从列表里选年份。"),
        ({"year": "2026"}, "2026-01-01 是星期四，写的是星期五。"),
        ({"source": "很" * 61}, "依据最长 60 个字。"),
        ({"text": "元旦：1月1日放假\n春节,放假"}, "第 2 行：没有写明日期。"),
    ],
)
def test_a_broken_notice_says_why_and_loses_nothing(admin, sent, sentence):
    response = preview(admin, **sent)
    assert response.status_code == 422
    assert sentence in words(find(tree_of(response), "div.errors")[0])
    if "text" not in sent:
        assert find(tree_of(response), "textarea")[0].text.strip() == NOTICE
    assert not Workday.objects.filter(day__year=2027).exists()


def test_what_changed_after_the_preview_is_shown_again(admin):
    expected = find(tree_of(preview(admin)), "input[name=expected]")[0].get("value")
    for changed in (lambda: None, lambda: workdays.set_day(dt.date(2027, 1, 1), True, note="x", source="x")):
        changed()
        text = NOTICE if CountyDay.objects.exists() else NOTICE.replace("共3天。", "共3天。1月9日上班。")
        response = admin.post(LOAD, {"year": "2027", "text": text, "step": "load", "expected": expected})
        assert response.status_code == 409
        assert "请按现在的情况再看一遍" in words(find(tree_of(response), "div.errors")[0])
        assert find(tree_of(response), "input[name=expected]")[0].get("value") != expected
    assert not written().exists()


def test_loading_without_a_preview_shows_one(admin):
    response = admin.post(LOAD, {"year": "2027", "text": NOTICE, "step": "load"})
    assert response.status_code == 409 and not written().exists()


def test_county_decisions_are_asked_about_and_stay_unless_ticked(admin):
    for day in ("2027-03-01", "2027-03-02"):
        workdays.set_day(dt.date.fromisoformat(day), False, note="县庆", source="x")
    boxes = find(tree_of(preview(admin)), "input[name=withdraw]")
    assert [(box.get("value"), box.get("checked")) for box in boxes] == [("2027-03-01", None), ("2027-03-02", None)]
    load(admin, withdraw=["2027-03-02"])
    assert list(CountyDay.objects.values_list("day", flat=True)) == [dt.date(2027, 3, 1)]
    assert workdays.is_workday(dt.date(2027, 3, 2)) and not workdays.is_workday(dt.date(2027, 3, 1))
    assert written().get().detail["withdrawn"] == ["03-02"]


# -- single days ----------------------------------------------------------------------------------------------------


def test_a_decision_needs_a_reason_and_is_kept_with_its_history(admin, clerk):
    response = admin.post(DAY, DECISION | {"reason": ""})
    assert response.status_code == 422 and "请写明理由" in words(find(tree_of(response), "div.errors")[0])
    assert find(tree_of(response), "input[name=note]")[0].get("value") == "县庆"
    assert admin.post(DAY, DECISION).url == DAY
    assert not workdays.is_workday(dt.date(2027, 3, 1))
    text = words(find(tree_of(signed_in(clerk).get(DAY)), "main#main")[0])
    assert "建县纪念日放假一天" in text and "未公布 → 休息" in text and "蒋斌" in text
    row = written().get()
    assert (row.action, row.object_id, row.reason) == ("calendar.decide", "2027-03-01", "建县纪念日放假一天")


def test_a_decision_that_says_what_the_notice_says_is_refused(admin):
    load(admin)
    response = admin.post(DAY, DECISION | {"is_workday": "on"})
    assert response.status_code == 422
    assert "通知规定这一天上班，不需要另作决定。" in words(find(tree_of(response), "div.errors")[0])
    admin.post(DAY, DECISION)
    response = admin.post(DAY, DECISION | {"is_workday": "on"})
    assert "请撤销区县决定。" in words(find(tree_of(response), "div.errors")[0])


def test_a_decision_is_withdrawn_with_a_reason(admin):
    load(admin)
    admin.post(DAY, DECISION)
    assert admin.post(f"{DAY}withdraw/", {"reason": ""}).status_code == 422
    assert admin.post(f"{DAY}withdraw/", {"reason": "改期"}).url == DAY
    assert workdays.is_workday(dt.date(2027, 3, 1)) and not CountyDay.objects.exists()
    assert list(written().values_list("action", flat=True)) == [
        "calendar.withdraw", "calendar.decide", "calendar.load",
    ]  # fmt: skip


def test_a_page_that_fails_at_its_last_write_changes_nothing(admin, monkeypatch):
    from ganzhou.workcalendar import services

    monkeypatch.setattr(services.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(DAY, DECISION)
    assert not CountyDay.objects.exists() and not Outbox.objects.exists()


def test_changes_of_a_page_are_told_to_those_who_listen(admin):
    heard = []

    def hear(sender, from_day, **kwargs):
        heard.append(from_day)

    workdays_changed.connect(hear)
    load(admin)
    admin.post(DAY, DECISION)
    outbox.relay()
    workdays_changed.disconnect(hear)
    assert set(heard) == {dt.date(2027, 1, 1), dt.date(2027, 3, 1)}


# -- the alarm ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "pages"), [("supervisor", ["/desk/", "/reports/overview/"]), ("system_admin", ["/desk/", YEAR])]
)
def test_from_november_on_a_missing_year_is_said_to_those_who_look_after_it(request, who, pages):
    user = request.getfixturevalue(who)
    for url in pages:
        assert "2027 年的放假安排还没有载入" in words(find(tree_of(signed_in(user).get(url)), "div.note-warning")[0])
    with time_machine.travel(dt.datetime(2026, 10, 31, 2, tzinfo=dt.UTC), tick=False):
        for url in pages:
            assert not find(tree_of(signed_in(user).get(url)), "div.note-warning"), url


def test_nobody_else_is_bothered(clerk, leader):
    for user in (clerk, leader):
        assert not find(tree_of(signed_in(user).get("/desk/")), "div.note-warning")


def test_the_alarm_ends_when_the_year_is_loaded(admin, supervisor):
    load(admin)
    assert not find(tree_of(signed_in(supervisor).get("/desk/")), "div.note-warning")


def test_health_says_degraded_but_does_not_fail(client, admin):
    heartbeat()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["missing_workday_year"]) == ("degraded", 2027)
    load(admin)
    outbox.relay()
    assert (client.get("/healthz").json()["status"], client.get("/healthz").json()["missing_workday_year"]) == (
        "ok",
        None,
    )
