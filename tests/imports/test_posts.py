"""六员 from spreadsheets: gaps are filled by writing a name, people take over from a day on, history stays."""

import datetime as dt

import pytest

from grids.choices import OrganisationKind
from imports.choices import State
from posts.choices import PostKind
from posts.models import Officer, PostHolding
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, OrganisationFactory
from tests.posts.factories import OfficerFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db
HEAD = ["村（社区）", "岗位", "姓名", "所在单位", "职务", "工作电话", "起", "止", "依据"]
VILLAGE = "上秦镇 徐赵寨村"


@pytest.fixture
def court():
    return OrganisationFactory(code="TEST-FY", name="张掖市甘州区人民法院", kind=OrganisationKind.COURT)


@pytest.fixture
def judge(court):
    """Holds 徐赵寨村's post since 2024."""
    officer = OfficerFactory(name="陈明", organisation=court, phone="0936-8210001")
    return PostHoldingFactory(at=OWN_VILLAGE, officer=officer)


def test_importing_the_export_changes_nothing(hands, supervisor, judge):
    at = hands(supervisor, "posts")
    job = at.upload(at.export())
    assert (job.state, job.writes, job.refused) == (State.DONE, 0, 0), at.page(job)
    assert job.unchanged == 277 * 6


def test_a_gap_is_filled_by_writing_a_name(hands, township, court, judge):
    at = hands(township, "posts")
    rows = at.rows()
    gap = next(row for row in rows if row[0] == VILLAGE and row[1] == "检察官")
    gap[2:9] = ["李检", "张掖市甘州区人民法院", "检察官", "0936-8210002", "2026年3月1日", "", "任〔2026〕1号"]
    job = at.commit(at.upload(rows))
    assert (job.state, job.changed) == (State.DONE, 1), job.said
    held = PostHolding.objects.get(division=OWN_VILLAGE, kind=PostKind.PROCURATOR)
    assert (held.officer.name, held.officer.phone, held.starts_on) == ("李检", "0936-8210002", dt.date(2026, 3, 1))
    assert held.appointed_by == township
    again = at.upload(rows)
    assert (again.changed, again.refused) == (0, 0)


def test_another_person_takes_over_and_the_one_before_ends_on_the_day_before(hands, township, court, judge):
    at = hands(township, "posts")
    job = at.upload([HEAD, [VILLAGE, "法官", "赵新", "TEST-FY", "", "", "2026-06-01", "", ""]])
    assert "<del>陈明</del>" in at.page(job)
    at.commit(job)
    judge.refresh_from_db()
    assert judge.ends_on == dt.date(2026, 5, 31)
    assert PostHolding.objects.get(officer__name="赵新").starts_on == dt.date(2026, 6, 1)


def test_a_term_is_lengthened_and_one_person_in_many_rows_is_entered_once(hands, supervisor, court, judge):
    at = hands(supervisor, "posts")
    job = at.upload([
        HEAD,
        [VILLAGE, "法官", "陈明", "TEST-FY", "审判员", "0936-8210009", judge.starts_on, "2030-01-31", ""],
        [VILLAGE, "警官", "新人", "TEST-FY", "民警", "0936-8210003", "2026-03-01", "", ""],
        ["党寨镇 党寨村", "警官", "新人", "TEST-FY", "民警", "0936-8210003", "2026-03-01", "", ""],
    ])  # fmt: skip
    assert (job.changed, job.refused) == (3, 0), at.page(job)
    at.commit(job)
    judge.refresh_from_db()
    assert judge.ends_on == dt.date(2030, 1, 31)
    assert Officer.objects.get(name="陈明").phone == "0936-8210009"
    assert Officer.objects.get(name="新人").post_holdings.count() == 2


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["法官", "赵新", "TEST-FY", "", "", "2023-01-01"], "接任的起始日期应当更晚"),
        (["法官", "", "", "", "", ""], "免去而没有接任的"),
        (["法官", "陈明", "TEST-FY", "", "0936-8210001", "2024-02-01"], "起始日期不能用表格改"),
        (["法官", "陈明", "TEST-FY", "", "0936-8219999", "2024-01-01"], "职务和电话由区中心修改"),
        (["检察官", "赵新", "", "", "", "2026-01-01"], "还要写所在单位"),
        (["检察官", "", "", "", "0936-8210001", ""], "没有写姓名"),
        (["检察官", "赵新", "没有的单位", "", "", "2026-01-01"], "没有“没有的单位”这个单位"),
        (["村长", "赵新", "TEST-FY", "", "", "2026-01-01"], "没有“村长”"),
    ],
)
def test_what_a_spreadsheet_may_not_do_is_refused_in_words(hands, township, court, judge, cells, sentence):
    at = hands(township, "posts")
    job = at.upload([HEAD[:7], [VILLAGE, *cells]])
    assert job.refused == 1
    assert sentence in at.page(job)
    assert PostHolding.objects.count() == 1


def test_two_rows_may_not_say_different_things_of_one_person(hands, supervisor, court):
    at = hands(supervisor, "posts")
    rows = [
        [VILLAGE, kind, "新人", "TEST-FY", "", f"0936-821000{n}", "2026-03-01"]
        for n, kind in enumerate(("警官", "法官"))
    ]
    job = at.upload([HEAD[:7], *rows])
    assert job.refused == 1
    assert "与第 2 行的新人不一致" in at.page(job)


def test_a_village_of_another_township_answers_like_none_at_all(hands, township, court):
    PostHoldingFactory(at=NEIGHBOUR_VILLAGE)
    at = hands(township, "posts")
    rows = [
        [f"{name}", "法官", "赵新", "TEST-FY", "", "", "2026-06-01"]
        for name in ("党寨镇 党寨村", "没有镇 没有村", NEIGHBOUR_VILLAGE)
    ]
    job = at.upload([HEAD[:7], *rows])
    page = at.page(job)
    assert job.refused == 3
    assert page.count("您负责的范围内没有") == 3
    assert "党寨" not in str(at.rows())


def test_a_gap_lacks_a_person_and_a_person_without_a_phone_lacks_the_phone(hands, township, judge):
    judge.officer.phone = ""
    judge.officer.save()
    at = hands(township, "posts")
    page = at.client.get("/imports/missing/?sheet=posts&column=phone").content.decode()
    assert page.count("上秦镇 徐赵寨村 法官") == 1
    assert "上秦镇 徐赵寨村 检察官" not in page
    page = at.client.get("/imports/missing/?sheet=posts&column=name&size=100").content.decode()
    assert "上秦镇 徐赵寨村 检察官" in page
    assert "上秦镇 徐赵寨村 法官" not in page
