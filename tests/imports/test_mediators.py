"""Committees and mediators from spreadsheets: who may import whom, and what a spreadsheet may not change."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from imports.choices import State
from imports.models import ImportJob
from mediators.models import Committee, Mediator
from tests.factories import NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP, CommitteeFactory, MediatorFactory

pytestmark = pytest.mark.django_db
HEAD = ["编号", "姓名", "所在调委会", "类别", "工作电话", "聘任日期", "等级", "擅长类型", "语言", "状态"]
OWN = "上秦镇人民调解委员会"
NEW = ["", "示例甲", OWN, "兼职", 18100000009, "2026年3月1日", "三级", "婚姻家庭纠纷、邻里纠纷", "甘州话、普通话", ""]


@pytest.fixture
def neighbours():
    """党寨镇's committee with a mediator."""
    committee = CommitteeFactory(at=NEIGHBOUR_TOWNSHIP)
    return MediatorFactory(committee=committee, name="邻镇人", phone="18100000777")


@pytest.fixture
def own(committee):
    return [
        MediatorFactory(committee=committee, name=name, phone=f"1810000010{n}")
        for n, name in enumerate(("马秀英", "杨文斌"))
    ]


@pytest.mark.parametrize("key", ["mediators", "committees"])
def test_importing_the_export_changes_nothing(hands, justice, own, neighbours, key):
    Mediator.objects.filter(name="马秀英").update(phone="0936-1234567（演示号码）", specialities=["01", "99"])
    at = hands(justice, key)
    job = at.upload(at.export())
    assert (job.state, job.writes, job.refused) == (State.DONE, 0, 0), at.page(job)
    assert job.unchanged == len(at.rows()) - 1 >= 2
    assert at.export() == at.export()


def test_a_new_mediator_is_added_with_all_that_was_said(hands, township, own):
    at = hands(township, "mediators")
    job = at.commit(at.upload([HEAD, NEW]))
    assert (job.state, job.new) == (State.DONE, 1)
    one = Mediator.objects.get(name="示例甲")
    assert (one.phone, one.appointed_on, one.grade) == ("18100000009", dt.date(2026, 3, 1), "3")
    assert (one.specialities, one.languages) == (["01", "02"], ["zh", "gz"])
    assert one.sort_key
    again = at.upload([HEAD, NEW])
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_a_change_is_shown_before_and_after_and_an_absent_column_stays_as_it_is(hands, township, own):
    at = hands(township, "mediators")
    job = at.upload([["姓名", "所在调委会", "类别", "工作电话"], ["马秀英", OWN, "五老", "18100000100"]])
    page = at.page(job)
    assert job.changed == 1
    assert "<del>兼职</del>" in page
    assert "<ins>五老</ins>" in page
    at.commit(job)
    one = Mediator.objects.get(name="马秀英")
    assert (one.kind, one.phone) == ("veteran", "18100000100")


@pytest.mark.parametrize("key", ["mediators", "committees"])
def test_a_township_exports_its_own_only(hands, township, own, neighbours, key):
    assert "党寨" not in str(hands(township, key).rows())


def test_rows_of_another_township_are_refused_as_if_there_were_none(hands, township, own, neighbours):
    at = hands(township, "mediators")
    real = ["", "邻镇人", "党寨镇人民调解委员会", *NEW[3:]]
    none = ["", "邻镇人", "不存在镇人民调解委员会", *NEW[3:]]
    number = [str(neighbours.pk), "邻镇人", OWN, *NEW[3:]]
    nobody = ["999999", "邻镇人", OWN, *NEW[3:]]
    job = at.upload([HEAD, real, none, number, nobody])
    assert job.refused == 4
    page = (
        at.page(job)
        .replace("党寨镇", "某镇")
        .replace("不存在镇", "某镇")
        .replace(str(neighbours.pk), "9")
        .replace("999999", "9")
    )
    assert page.count("您负责的范围内没有“某镇人民调解委员会”。") == 2
    assert page.count("您负责的范围内没有编号为 9 的调解员；新聘的请把编号空着。") == 2
    neighbours.refresh_from_db()
    assert neighbours.phone == "18100000777"


def test_a_committee_elsewhere_cannot_be_founded_or_changed(hands, township, own, neighbours):
    at = hands(township, "committees")
    head = ["机构代码", "名称", "类别", "所在地"]
    foreign = Committee.objects.get(pk=neighbours.committee_id).organisation.code
    rows = [
        ["", "某村人民调解委员会", "村民委员会调委会", "党寨镇"],
        [foreign, "党寨镇人民调解委员会", "乡镇调委会", "党寨镇"],
        ["TEST-NONE", "党寨镇人民调解委员会二", "乡镇调委会", "党寨镇"],
    ]
    job = at.upload([head, *rows])
    page = at.page(job)
    assert job.refused == 3
    assert "党寨镇不在您负责的范围内" in page
    assert f"没有代码为 {foreign} 的调委会" in page
    assert "没有代码为 TEST-NONE 的调委会" in page


def test_a_new_committee_gets_its_code_and_its_place_by_name(hands, township, own):
    at = hands(township, "committees")
    row = [
        "",
        "徐赵寨村新人民调解委员会",
        "",
        "村民委员会调委会",
        "上秦镇 徐赵寨村",
        "0936-8212345",
        "村委会一楼",
        "",
        "2026/3/1",
    ]
    job = at.commit(at.upload([at.rows()[0][:9], row]))
    assert (job.state, job.new) == (State.DONE, 1)
    one = Committee.objects.get(organisation__name="徐赵寨村新人民调解委员会")
    assert one.organisation.code == "TW-620702101207-01"
    assert one.established_on == dt.date(2026, 3, 1)
    again = at.upload([at.rows()[0][:9], row])
    assert (again.new, again.changed, again.refused) == (0, 0, 0)


def test_the_place_status_and_committee_of_somebody_are_not_changed_from_a_spreadsheet(hands, justice, own, neighbours):
    at = hands(justice, "mediators")
    rows = at.rows()
    line = next(row for row in rows if row[1] == "马秀英")
    line[2], line[9] = "党寨镇人民调解委员会", "罢免"
    job = at.upload(rows)
    page = at.page(job)
    assert job.refused == 1
    assert "不能用表格调到另一个调委会" in page
    assert "状态不能用表格改" in page


def test_namesakes_are_told_apart_by_phone_or_number_and_else_refused(hands, township, committee):
    for n in range(2):
        MediatorFactory(committee=committee, name="王伟", phone=f"1810000020{n}")
    at = hands(township, "mediators")
    head = ["姓名", "所在调委会", "类别", "工作电话"]
    job = at.upload([head, ["王伟", OWN, "五老", "18100000200"], ["王伟", OWN, "律师", "18100000209"]])
    assert (job.changed, job.refused) == (1, 1)
    assert "分不清是哪一个" in at.page(job)


def test_the_audit_trail_counts_and_names_nobody(hands, township, own):
    at = hands(township, "mediators")
    at.commit(at.upload([HEAD, NEW]))
    event = AuditEvent.objects.get(action="import.commit")
    assert event.detail == {"sheet": "mediators", "new": 1, "changed": 0, "ended": 0, "unchanged": 0}
    assert "示例" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_another_townships_job_does_not_exist(hands, township, person, own):
    from accounts.choices import Role

    at = hands(township, "mediators")
    job = at.upload([HEAD, NEW])
    other = hands(person("township2", "周桂香", Role.TOWNSHIP_CENTRE, NEIGHBOUR_TOWNSHIP), "mediators")
    for name in ("job", "progress", "problems"):
        assert other.client.get(reverse(f"imports:{name}", args=[job.uid])).status_code == 404
    for name in ("commit", "cancel"):
        assert other.client.post(reverse(f"imports:{name}", args=[job.uid])).status_code == 404
    assert ImportJob.objects.get(pk=job.pk).state == State.READY
    assert "示例甲" not in other.client.get(reverse("imports:index")).content.decode()


# ---- what is missing


def test_the_missing_field_report_counts_by_place_and_lists_what_to_fill(hands, justice, own, neighbours):
    Mediator.objects.filter(name="马秀英").update(
        phone="", specialities=["01"], languages=["zh"], appointed_on="2026-01-01"
    )
    at = hands(justice, "mediators")
    url = reverse("imports:missing") + "?sheet=mediators"
    page = at.client.get(url).content.decode()
    assert "马秀英" in page and "邻镇人" in page
    narrowed = at.client.get(f"{url}&township={OWN_TOWNSHIP}&column=phone").content.decode()
    assert "马秀英" in narrowed
    assert "邻镇人" not in narrowed
    assert "杨文斌" not in narrowed
    response = at.client.post(f"{url}&township={OWN_TOWNSHIP}&column=phone")
    from tests.imports.files import read_back

    rows = read_back(b"".join(response.streaming_content))
    assert rows[1] == ["乡镇（街道）", "调解员", "缺少"]
    assert [row[0] for row in rows[2:]] == ["上秦镇"]
    assert AuditEvent.objects.get(action="import.missing").detail["rows"] == 1


def test_a_township_sees_its_own_gaps_only(hands, township, own, neighbours):
    at = hands(township, "mediators")
    page = at.client.get(reverse("imports:missing") + "?sheet=mediators").content.decode()
    assert "马秀英" in page
    assert "邻镇人" not in page
    assert "党寨镇" not in page


@pytest.mark.parametrize("name", ["index", "missing"])
def test_pages_cost_a_fixed_number_of_queries(hands, justice, committee, django_assert_max_num_queries, name):
    for n in range(30):
        Mediator.objects.create(committee=committee, name=f"甲{n}")
    at = hands(justice, "mediators")
    with django_assert_max_num_queries(12):
        at.client.get(reverse(f"imports:{name}"))


def test_planning_asks_the_database_the_same_whatever_the_number_of_rows(
    hands, justice, committee, django_assert_max_num_queries
):
    from imports import planning, reading, registry

    sheet = registry.get("mediators")
    table = reading.Table(
        {"姓名": 0, "所在调委会": 1, "类别": 2}, [(n, [f"甲{n}", OWN, "兼职"]) for n in range(2, 300)]
    )
    justice.holdings  # noqa: B018  (read once a request)
    with django_assert_max_num_queries(4):
        plan = planning.plan(sheet, table, justice)
    assert plan.counts["new"] == 298
