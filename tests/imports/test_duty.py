"""The duty roster from a spreadsheet: the same rules as the week's page, told per cell."""

import datetime as dt

import pytest
from django.utils import timezone

from imports.choices import State
from rosters.choices import Half
from rosters.models import DutyShift
from tests.factories import NEIGHBOUR_TOWNSHIP
from tests.rosters.conftest import centre, centre_at, judges, labour, on_duty, resides  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
HEAD = ["综治中心", "入驻单位", "窗口", "日期", "上午", "下午"]
CENTRE, LABOUR, COURT = "甘州区综治中心", "甘州区人力资源和社会保障局", "甘州区人民法院"


@pytest.fixture
def day():
    return timezone.localdate() + dt.timedelta(days=3)


def test_importing_the_export_changes_nothing(hands, supervisor, labour, judges, day):  # noqa: F811
    on_duty(labour, day, "李强")
    on_duty(judges, day, "王芳", Half.AFTERNOON)
    at = hands(supervisor, "duty")
    assert len(at.rows()) == 3
    job = at.upload(at.export())
    assert (job.state, job.writes, job.refused, job.unchanged) == (State.DONE, 0, 0, 2), at.page(job)


def test_a_day_is_planned_and_changed(hands, supervisor, labour, day):  # noqa: F811
    on_duty(labour, day, "李强")
    at = hands(supervisor, "duty")
    rows = [
        [CENTRE, LABOUR, "3号窗口", day, "李强", "周敏"],
        [CENTRE, LABOUR, "", day + dt.timedelta(days=1), "周敏", "周敏"],
    ]
    job = at.commit(at.upload([HEAD, *rows]))
    assert (job.state, job.changed) == (State.DONE, 2), job.said
    shifts = DutyShift.objects.order_by("day", "half").values_list("half", "name")
    assert list(shifts) == [("am", "李强"), ("pm", "周敏"), ("day", "周敏")]
    again = at.upload([HEAD, *rows])
    assert (again.changed, again.refused) == (0, 0)


def test_what_cannot_be_is_refused_in_words(hands, supervisor, department, labour, judges, day):  # noqa: F811
    on_duty(judges, day, "王芳")
    second = resides(department, labour.centre, window="5")
    on_duty(second, day, "周敏")
    at = hands(supervisor, "duty")
    past = timezone.localdate() - dt.timedelta(days=2)
    rows = [
        [CENTRE, LABOUR, "3", day, "周敏", ""],
        [CENTRE, LABOUR, "9", day, "甲", ""],
        [CENTRE, LABOUR, "", day, "甲", ""],
        [CENTRE, LABOUR, "3", past, "甲", ""],
        [CENTRE, COURT, "1", day, "13800000000", ""],
        ["别处综治中心", COURT, "1", day, "甲", ""],
    ]
    job = at.upload([HEAD, *rows])
    page = at.page(job)
    assert job.refused == 6
    for sentence in (
        "周敏", "没有登记入驻这个窗口", "请写明窗口", "过去的值班不能用表格改", "这里只写姓名", "没有“别处综治中心”",
    ):  # fmt: skip
        assert sentence in page, sentence
    assert DutyShift.objects.count() == 2


def test_a_centre_elsewhere_answers_like_none_at_all(hands, township, court, day):
    other = centre_at(NEIGHBOUR_TOWNSHIP)
    on_duty(resides(court, other), day)
    at = hands(township, "duty")
    job = at.upload([HEAD, *[[name, court.name, "3", day, "甲", ""] for name in (other.name, "没有的综治中心")]])
    assert job.refused == 2
    assert at.page(job).count("您安排的值班里没有") >= 2
    assert len(at.rows()) == 1
