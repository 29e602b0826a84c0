"""Terms that end: told 30 and 7 days before, once each, to the township centre; nothing that is not so."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from common import task_runs
from ganzhou.celery import TIMETABLE
from notices.models import Message
from posts import expiry, services, tasks
from posts.choices import PostKind
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, SIBLING_VILLAGE, place
from tests.posts.factories import OfficerFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)
LAST = timezone.localdate() + ONE * 40


def told(day):
    expiry.warn(day)
    return list(Message.objects.order_by("pk").values_list("title", flat=True))


def test_30_and_7_days_before_and_once_each(township):
    PostHoldingFactory(ends_on=LAST, kind=PostKind.COUNSEL)
    assert told(LAST - ONE * 31) == []
    first = f"徐赵寨村的法律顾问 {LAST} 届满，尚未续任"
    for days in (30, 29, 8):
        assert told(LAST - ONE * days) == [first]
    for days in (7, 6, 0):
        assert told(LAST - ONE * days) == [first, first]
    assert Message.objects.todo().count() == 1  # the second takes the place of the first
    assert told(LAST + ONE) == [first, first]


def test_it_goes_to_the_centre_of_that_township_alone(township, clerk, supervisor):
    PostHoldingFactory(ends_on=LAST)
    PostHoldingFactory(at=NEIGHBOUR_VILLAGE, ends_on=LAST)
    told(LAST - ONE * 10)
    assert [one.recipient for one in Message.objects.all()] == [township]


def test_the_contract_of_one_lawyer_for_many_villages_is_one_message(township):
    lawyer = OfficerFactory()
    for village in (OWN_VILLAGE, SIBLING_VILLAGE):
        PostHoldingFactory(at=village, kind=PostKind.COUNSEL, officer=lawyer, ends_on=LAST)
    assert told(LAST - ONE * 10) == [f"上秦镇 2 个村（社区）的法律顾问 {LAST} 届满，尚未续任"]
    assert lawyer.name not in Message.objects.get().title


def test_its_link_opens_what_it_is_about(client, township):
    today = timezone.localdate()
    PostHoldingFactory(ends_on=today + ONE * 5)
    told(today)
    client.force_login(township)
    page = client.get(Message.objects.get().url).content.decode()
    assert 'aria-current="page">30 日内届满<span class="tab-n tab-soon">1' in page


def test_a_post_with_a_successor_is_no_matter(township):
    PostHoldingFactory(ends_on=LAST)
    PostHoldingFactory(starts_on=LAST + ONE)
    assert told(LAST - ONE * 10) == []


@pytest.mark.parametrize("way", ["renew", "successor", "end"])
def test_what_was_dealt_with_leaves_the_list(township, way):
    today = timezone.localdate()
    held = PostHoldingFactory(ends_on=today + ONE * 10)
    told(today)
    match way:
        case "renew":
            services.renew(held, by=township, ends_on=None)
        case "successor":
            services.appoint(place(OWN_VILLAGE), "judge", OfficerFactory(), by=township, starts_on=held.ends_on + ONE)
        case "end":
            services.end_holding(held, by=township, last_day=today)
    assert not Message.objects.todo().filter(due_on=today + ONE * 10).exists()


def test_one_of_two_dealt_with_leaves_the_message_standing(township):
    today = timezone.localdate()
    held = PostHoldingFactory(ends_on=today + ONE * 10)
    PostHoldingFactory(at=SIBLING_VILLAGE, ends_on=today + ONE * 10)
    told(today)
    services.renew(held, by=township, ends_on=None)
    assert Message.objects.todo().count() == 1


def test_it_runs_every_day_and_its_runs_are_written_down(township):
    entry = next(entry for entry in TIMETABLE if entry.task == tasks.warn_of_endings.name)
    PostHoldingFactory(ends_on=timezone.localdate() + ONE)
    tasks.warn_of_endings.apply().get()
    assert task_runs.latest([entry.key])[entry.key].said == "消息 1 条"


def test_the_village_page_says_until_when(client, township):
    today = timezone.localdate()
    PostHoldingFactory(ends_on=today + ONE * 9)
    client.force_login(township)
    page = client.get(reverse("posts:village", args=[OWN_VILLAGE])).content.decode()
    assert f"{today + ONE * 9} 届满" in page and "续任" in page
