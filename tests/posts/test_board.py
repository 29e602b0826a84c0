"""The coverage board: who holds what, gaps first, for any day; few queries; and the same as a file."""

import csv
import datetime as dt
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from grids.choices import Level
from grids.models import Division
from posts.choices import PostKind
from posts.models import Officer, PostHolding
from tests.factories import NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, SIBLING_VILLAGE
from tests.posts.factories import (
    ChiefAreaFactory,
    LeaveFactory,
    OfficerFactory,
    PostHoldingFactory,
    SubstitutionFactory,
)

pytestmark = pytest.mark.django_db
BOARD = reverse("posts:board")
EXPORT = reverse("posts:export")
ONE = dt.timedelta(days=1)


def text(client, user, query=""):
    client.force_login(user)
    response = client.get(BOARD + query)
    assert response.status_code == 200
    return response.content.decode()


def rows(page):
    """Village names in the order of the table."""
    return re.findall(r'<tr id="v[0-9]+"><th scope="row"><a [^>]+>([^<]+)', page)


def test_the_whole_county_is_277_villages_by_six_posts(client, county_dispatcher):
    page = text(client, county_dispatcher)
    assert "277 个村（社区），岗位 0/1,662 有人，空缺 1,662" in page
    assert len(rows(page)) == 277
    assert page.count('class="is-gap"') == 1662


def test_the_whole_county_opens_with_at_most_8_queries(client, county_dispatcher, django_assert_max_num_queries):
    officers = [OfficerFactory() for _ in range(12)]
    villages = Division.objects.filter(level=Level.VILLAGE)
    PostHolding.objects.bulk_create(
        PostHolding(
            division=village, kind=kind, officer=officers[n % 12], starts_on=dt.date(2025, 1, 1),
            ends_on=timezone.localdate() + ONE if kind == PostKind.COUNSEL else None,
        )
        for n, village in enumerate(villages) for kind in PostKind
    )  # fmt: skip
    for holding in PostHolding.objects.filter(kind=PostKind.JUDGE)[:20]:
        SubstitutionFactory(
            holding=holding, officer=officers[0], starts_on=timezone.localdate(), ends_on=timezone.localdate()
        )
    ChiefAreaFactory()
    client.force_login(county_dispatcher)
    client.get(BOARD)
    with django_assert_max_num_queries(8):
        page = client.get(BOARD).content.decode()
    assert "岗位 1,662/1,662 有人，空缺 0" in page


def test_villages_with_gaps_come_first(client, township):
    for kind in PostKind:
        PostHoldingFactory(at=SIBLING_VILLAGE, kind=kind)
    for kind in list(PostKind)[1:]:
        PostHoldingFactory(at=OWN_VILLAGE, kind=kind)
    names = rows(text(client, township))
    assert names[-2:] == ["徐赵寨村", "上秦村"]
    assert rows(text(client, township, "?show=gaps"))[-1] == "徐赵寨村"
    assert "上秦村" not in rows(text(client, township, "?show=gaps"))


def test_a_township_sees_its_own_villages_and_no_tiles(client, township):
    PostHoldingFactory(at=NEIGHBOUR_VILLAGE, officer=OfficerFactory(name="欧阳远山"))
    page = text(client, township)
    assert len(rows(page)) == Division.objects.filter(parent=OWN_TOWNSHIP).count()
    assert "欧阳远山" not in page
    assert 'class="towns"' not in page


def test_a_gap_leads_to_the_form_for_who_may_fill_it_and_is_plain_text_for_others(client, township, village_worker):
    url = reverse("posts:fill", args=[OWN_VILLAGE, "judge"])
    assert url in text(client, township)
    page = text(client, village_worker)
    assert url not in page
    assert "空缺" in page


def test_a_day_of_the_past_shows_who_held_it_then_and_offers_nothing_to_change(client, township):
    today = timezone.localdate()
    before = PostHoldingFactory(officer=OfficerFactory(name="令狐从前"), ends_on=today - ONE * 100)
    PostHoldingFactory(officer=OfficerFactory(name="司马现在"), starts_on=before.ends_on + ONE)
    page = text(client, township, f"?on={before.ends_on}")
    assert "令狐从前" in page and "司马现在" not in page
    assert "/judge/" not in page
    assert "司马现在" in text(client, township)


def test_a_day_nobody_understands_says_so_and_today_is_shown(client, township):
    page = text(client, township, "?on=%E7%8C%B4%E5%B9%B4")
    assert "看不懂这个日期" in page
    assert "空缺 " in page


def test_who_stands_in_is_shown_and_who_is_away_without_anyone_is_said(client, township):
    today = timezone.localdate()
    held = PostHoldingFactory(officer=OfficerFactory(name="令狐在外"))
    LeaveFactory(officer=held.officer, starts_on=today, ends_on=today)
    assert "请假，无代理" in text(client, township, "?show=away")
    SubstitutionFactory(holding=held, officer=OfficerFactory(name="司马代理"), starts_on=today, ends_on=today)
    page = text(client, township, "?show=away")
    assert "司马代理" in page and "请假，无代理" not in page
    assert rows(page) == ["徐赵寨村"]


def test_only_what_ends_soon_without_a_successor_is_marked(client, township):
    today = timezone.localdate()
    ends = PostHoldingFactory(ends_on=today + ONE * 30)
    PostHoldingFactory(kind=PostKind.POLICE, ends_on=today + ONE * 31)
    assert rows(text(client, township, "?show=expiring")) == ["徐赵寨村"]
    PostHoldingFactory(starts_on=ends.ends_on + ONE)
    assert rows(text(client, township, "?show=expiring")) == []


def test_one_kind_of_post_is_counted_alone(client, township):
    PostHoldingFactory(kind=PostKind.COUNSEL)
    villages = Division.objects.filter(parent=OWN_TOWNSHIP).count()
    page = text(client, township, "?kind=counsel")
    assert f"岗位 1/{villages} 有人，空缺 {villages - 1}" in page
    assert "心理辅导员</th>" not in page


def test_the_chief_of_a_township_stands_at_its_head(client, township):
    ChiefAreaFactory(officer=OfficerFactory(name="上官包片"))
    assert "法院院长" in text(client, township)
    assert "上官包片" in text(client, township)


def test_what_is_exported_is_what_the_page_shows(client, township):
    PostHoldingFactory(officer=OfficerFactory(name="=令狐", phone="0936-8212345"))
    client.force_login(township)
    response = client.post(EXPORT + "?kind=judge", {"format": "csv"})
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    head, labels, *lines = csv.reader(io.StringIO(content))
    assert "仅供工作使用" in head[0] and "15 行" in head[0]
    found = next(dict(zip(labels, line, strict=True)) for line in lines if line[1] == "徐赵寨村")
    assert (found["姓名"], found["情况"], found["工作电话"]) == ("'=令狐", "在任", "0936-8212345")
    assert sum(line[4] == "空缺" for line in lines) == 14
    assert AuditEvent.objects.get(action="post.export").detail == {"rows": 15, "format": "csv"}


def test_the_workbook_opens_and_no_other_format_is_made(client, township):
    client.force_login(township)
    answer = client.post(EXPORT + "?show=gaps", {"format": "xlsx"})
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert client.post(EXPORT, {"format": "exe"}).status_code == 400
    assert client.get(EXPORT).status_code == 405


@pytest.mark.parametrize("person_name", ["security_admin", "audit_admin"])
def test_administrators_of_accounts_and_audit_read_no_posts(request, client, person_name):
    client.force_login(request.getfixturevalue(person_name))
    for url in (BOARD, reverse("posts:officers"), reverse("posts:chiefs")):
        assert client.get(url).status_code == 403
    assert not Officer.objects.visible_to(request.getfixturevalue(person_name)).exists()
