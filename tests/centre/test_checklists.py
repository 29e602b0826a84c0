"""Checklists: worded in drafts, published whole, marked with evidence; nothing that was in force is lost."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from centre.models import Checklist, ChecklistItem, CheckMark
from centre.services import checklists
from common.errors import Conflict, Missing, NotPermitted
from tests.centre.conftest import MONDAY

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def five():
    return Checklist.objects.in_force().get(key="wuyou")


@pytest.fixture
def sign(five):
    """有牌子."""
    return five.items.first()


def mark(centre, item, by, finding="met", evidence="门口挂牌", found_on=MONDAY):
    return checklists.mark(centre, item, by=by, finding=finding, evidence=evidence, found_on=found_on)


def test_the_four_lists_ship_and_say_what_is_to_be_confirmed():
    lists = {one.key: one for one in Checklist.objects.in_force().prefetch_related("items")}
    assert {key: len(one.items.all()) for key, one in lists.items()} == {
        "wuyou": 5,
        "guifan": 5,
        "liuyou": 6,
        "bahua": 8,
    }
    eight = list(lists["bahua"].items.all())
    assert (eight[0].title, eight[0].to_confirm) == ("功能定位科学化", False)
    assert all(item.to_confirm for item in eight[1:])
    assert not any(item.to_confirm for key in ("wuyou", "guifan", "liuyou") for item in lists[key].items.all())


def test_a_later_mark_supersedes_and_keeps_the_one_before(own_centre, sign, township):
    first = mark(own_centre, sign, township, "not_met", "牌子未挂")
    mark(own_centre, sign, township)
    first.refresh_from_db()
    assert first.superseded_at is not None and CheckMark.objects.count() == 2
    assert CheckMark.objects.in_force().get().finding == "met"
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckMark.objects.create(centre=own_centre, subject=sign.subject, item=sign, finding="met", evidence="x",
                                 found_on=MONDAY, made_by=township)  # fmt: skip


@pytest.mark.parametrize("more", [{"finding": "good"}, {"evidence": "  "}, {"found_on": MONDAY + dt.timedelta(days=1)}])
def test_a_mark_says_what_shows_it_and_when(own_centre, sign, township, more):
    with pytest.raises(Missing):
        mark(own_centre, sign, township, **more)
    assert not CheckMark.objects.exists()


def test_who_marks_which_centre(own_centre, county_centre, sign, township, supervisor, clerk, leader):
    for person in (clerk, leader):
        with pytest.raises(NotPermitted):
            mark(own_centre, sign, person)
    with pytest.raises(NotPermitted):
        mark(county_centre, sign, township)
    mark(own_centre, sign, supervisor)
    mark(county_centre, sign, supervisor)


def rows_of(checklist):
    return [
        {"subject": i.subject, "title": i.title, "hint": i.hint, "to_confirm": i.to_confirm}
        for i in checklist.items.all()
    ]


def test_a_draft_changes_nothing_until_it_is_published(own_centre, five, sign, township, supervisor):
    mark(own_centre, sign, township)
    draft = checklists.draft("wuyou", by=supervisor)
    assert checklists.draft("wuyou", by=supervisor) == draft, "one draft at a time"
    rows = rows_of(draft)
    rows[0]["title"] = "有牌子、有标识"
    rows = [*rows[:4], {"title": "有保障", "hint": "经费列入预算"}]
    checklists.word(draft, by=supervisor, source="区委政法委", note="改两条", items=rows)
    assert Checklist.objects.in_force().get(key="wuyou") == five
    checklists.publish(draft, by=supervisor)
    five.refresh_from_db()
    assert five.state == "retired" and five.items.count() == 5
    now = Checklist.objects.in_force().get(key="wuyou")
    assert [i.title for i in now.items.all()] == ["有牌子、有标识", "有场地", "有力量", "有机制", "有保障"]
    assert CheckMark.objects.in_force().filter(subject=now.items.first().subject).exists(), (
        "the mark stays with the item"
    )
    assert not CheckMark.objects.filter(subject=now.items.last().subject).exists()
    with pytest.raises(Conflict):
        checklists.word(draft, by=supervisor, source="", note="", items=rows)
    with pytest.raises(Conflict, match="新版"):
        mark(own_centre, sign, township)


def test_only_the_supervisor_words_lists(five, township, dispatcher, supervisor):
    for person in (township, dispatcher):
        with pytest.raises(NotPermitted):
            checklists.draft("wuyou", by=person)
    with pytest.raises(Missing):
        checklists.word(checklists.draft("wuyou", by=supervisor), by=supervisor, source="", note="", items=[])


def test_a_dropped_draft_leaves_what_is_in_force(five, supervisor):
    checklists.drop(checklists.draft("wuyou", by=supervisor), by=supervisor)
    assert (
        Checklist.objects.filter(key="wuyou").get() == five
        and ChecklistItem.objects.filter(checklist=five).count() == 5
    )


# ---- the pages


def test_the_matrix_has_a_line_for_each_centre_and_a_link_to_its_sheet(
    client, supervisor, own_centre, county_centre, sign, township
):
    mark(own_centre, sign, township, "not_met", "牌子未挂")
    page = signed_in(client, supervisor).get(reverse("centre:checklists")).content.decode()
    assert "上秦镇综治中心" in page and "不符合" in page and "牌子未挂" in page
    assert f"{reverse('centre:sheet', args=[own_centre.pk])}#i{sign.pk}" in page
    assert "待本地确认" in client.get(f"{reverse('centre:checklists')}?list=bahua").content.decode()


def test_the_matrix_takes_few_queries(
    client, supervisor, own_centre, county_centre, neighbour_centre, django_assert_max_num_queries
):
    signed_in(client, supervisor)
    with django_assert_max_num_queries(12):
        client.get(reverse("centre:checklists"))


def test_a_neighbours_sheet_does_not_exist_and_is_not_in_the_matrix(client, clerk, own_centre, neighbour_centre, sign):
    page = signed_in(client, clerk).get(reverse("centre:checklists")).content.decode()
    assert "上秦镇综治中心" in page and "党寨镇综治中心" not in page
    assert client.get(reverse("centre:sheet", args=[neighbour_centre.pk])).status_code == 404
    assert client.post(reverse("centre:mark", args=[neighbour_centre.pk, sign.pk]), {}).status_code == 404
    assert client.post(reverse("centre:mark", args=[own_centre.pk, sign.pk]), {}).status_code == 403


def test_a_mark_is_made_on_the_sheet_and_its_history_is_there(client, township, own_centre, sign):
    url = reverse("centre:mark", args=[own_centre.pk, sign.pk])
    signed_in(client, township)
    assert client.post(url, {"finding": "met", "evidence": "", "found_on": "2026-06-08"}).status_code == 422
    client.post(url, {"finding": "not_met", "evidence": "牌子未挂", "found_on": "2026-06-05"})
    client.post(url, {"finding": "met", "evidence": "已挂牌", "found_on": "2026-06-08"})
    page = client.get(reverse("centre:sheet", args=[own_centre.pk])).content.decode()
    assert (
        "已挂牌" in page
        and "以前的登记 1 次" in page
        and "牌子未挂" in page
        and "2026-06-05，林永福，2026-06-08 登记" in page
    )


def test_wording_a_list_on_its_page(client, supervisor, township, five):
    url = reverse("centre:draft", args=["wuyou"])
    assert signed_in(client, township).get(url).status_code == 403
    form = signed_in(client, supervisor).get(url).context["items"]
    data = {"items-TOTAL_FORMS": "6", "items-INITIAL_FORMS": "5", "source": "区委政法委", "note": "去掉一条"}
    for number, one in enumerate(form.forms[:5]):
        data |= {f"items-{number}-subject": one["subject"].value(), f"items-{number}-title": one["title"].value()}
    data["items-4-DELETE"] = "on"
    assert client.post(url, data).status_code == 302
    assert client.post(reverse("centre:publish", args=["wuyou"])).status_code == 302
    assert Checklist.objects.in_force().get(key="wuyou").items.count() == 4
    page = client.get(reverse("centre:checklist", args=["wuyou"])).content.decode()
    assert "第 2 版" in page and "第 1 版" in page and "去掉一条" in page


def test_a_list_that_is_none_does_not_exist(client, supervisor, clerk):
    for name in ("checklist", "draft"):
        assert signed_in(client, supervisor).get(reverse(f"centre:{name}", args=["none"])).status_code == 404
    assert signed_in(client, clerk).get(reverse("centre:checklist", args=["wuyou"])).status_code == 200
