"""The page of a village, of an officer, and the book of officers."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from posts.choices import PostKind
from tests.factories import OWN_VILLAGE, SIBLING_VILLAGE
from tests.posts.factories import ChiefAreaFactory, LeaveFactory, OfficerFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


def page(client, user, name, *args, query=""):
    client.force_login(user)
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_six_cards_with_a_number_one_can_call(client, village_worker):
    PostHoldingFactory(officer=OfficerFactory(name="令狐法官", phone="0936-8212345"))
    ChiefAreaFactory(officer__name="上官包片")
    text = page(client, village_worker, "posts:village", OWN_VILLAGE)
    assert text.count('class="seat-l"') == 6
    assert 'href="tel:0936-8212345"' in text or 'href="tel:09368212345"' in text
    assert "六员 1/6 有人" in text and "上官包片" in text
    assert text.count("还没有安排人") == 5


def test_without_an_office_number_the_organisations_public_one_is_shown_as_such(client, village_worker, court):
    court.phone = "0936-8219999（办公室）"
    court.save()
    PostHoldingFactory(officer=OfficerFactory(phone="", organisation=court))
    text = page(client, village_worker, "posts:village", OWN_VILLAGE)
    assert 'href="tel:09368219999"' in text and "单位电话" in text


def test_the_village_of_a_past_day(client, village_worker):
    today = timezone.localdate()
    before = PostHoldingFactory(officer__name="令狐从前", ends_on=today - ONE * 50)
    PostHoldingFactory(officer__name="司马现在", starts_on=before.ends_on + ONE)
    text = page(client, village_worker, "posts:village", OWN_VILLAGE, query=f"?on={before.ends_on}")
    cards = text.partition("历任")[0]
    assert "令狐从前" in cards and "司马现在" not in cards
    assert "司马现在" in page(client, village_worker, "posts:village", OWN_VILLAGE).partition("历任")[0]


def test_buttons_stand_where_they_may_be_pressed(client, township, village_worker):
    held = PostHoldingFactory(ends_on=timezone.localdate() + ONE * 200)
    for user, there in ((township, True), (village_worker, False)):
        text = page(client, user, "posts:village", OWN_VILLAGE)
        for name, args in (
            ("posts:end", [held.pk]),
            ("posts:renew", [held.pk]),
            ("posts:fill", [OWN_VILLAGE, "judge"]),
        ):
            assert (reverse(name, args=args) in text) is there, (user, name)
        text = page(client, user, "posts:officer", held.officer_id)
        assert (reverse("posts:hand_over", args=[held.officer_id]) in text) is there


def test_an_officer_with_all_they_hold_and_held(client, township):
    today = timezone.localdate()
    officer = OfficerFactory()
    PostHoldingFactory(officer=officer)
    PostHoldingFactory(officer=officer, at=SIBLING_VILLAGE)
    PostHoldingFactory(officer=officer, kind=PostKind.COUNSEL, ends_on=today - ONE)
    LeaveFactory(officer=officer, starts_on=today, ends_on=today)
    text = page(client, township, "posts:officer", officer.pk)
    assert "上秦镇 徐赵寨村" in text and "上秦镇 上秦村" in text and "请假中" in text
    assert "法律顾问" in text.partition("曾任")[2]


def test_few_queries_however_many_posts(client, township, django_assert_max_num_queries):
    officer = OfficerFactory()
    for village in (OWN_VILLAGE, SIBLING_VILLAGE):
        for kind in PostKind:
            PostHoldingFactory(at=village, kind=kind, officer=officer)
    client.force_login(township)
    client.get(reverse("posts:officer", args=[officer.pk]))
    with django_assert_max_num_queries(16):
        client.get(reverse("posts:officer", args=[officer.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("posts:village", args=[OWN_VILLAGE]))


def test_the_book_finds_by_name_body_kind_and_state(client, township, court):
    PostHoldingFactory(officer__name="令狐法官", officer__organisation=court)
    OfficerFactory(name="司马闲着", organisation=court)
    assert "司马闲着" not in page(client, township, "posts:officers", query="?kind=judge")
    assert "令狐法官" not in page(client, township, "posts:officers", query="?state=idle")
    assert "令狐法官" in page(client, township, "posts:officers", query="?q=人民法院")
    assert "没有符合条件的人" in page(client, township, "posts:officers", query="?q=nobody")
    found = client.get(reverse("posts:officer_search") + "?q=司马").json()
    assert [(one["label"], one["hint"]) for one in found] == [("司马闲着", "甘州区人民法院")]


def test_a_new_officer_and_a_correction(client, township, clerk, court):
    client.force_login(township)
    data = {"name": "令狐新", "organisation": court.pk, "title": "", "phone": "x"}
    made = client.post(reverse("posts:enrol"), data)
    assert made.status_code == 302
    twice = client.post(reverse("posts:enrol"), data)
    assert twice.status_code == 422 and "已经有一位令狐新" in twice.content.decode()
    client.post(f"{made.url}amend/", data | {"title": "院长助理"})
    assert "院长助理" in client.get(made.url).content.decode()
    client.force_login(clerk)
    assert client.post(reverse("posts:enrol"), data).status_code == 403
