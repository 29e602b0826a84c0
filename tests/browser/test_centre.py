"""Rooms, bookings, notices and checklists: usable by everyone at 1440 and 390, and a case is arranged in three presses."""

import pytest
from django.utils import timezone

from centre.models import Booking, Centre, Room
from common import workdays
from disputes.choices import Status
from grids.choices import OrganisationKind
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import RUN, SMALL, WIDEST, picture
from tests.disputes import lives
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE, OrganisationFactory, place


@pytest.fixture
def room(transactional_db):
    body = OrganisationFactory(
        code="TEST-ZX", name="上秦镇综治中心", kind=OrganisationKind.CENTRE, division=place(OWN_TOWNSHIP)
    )
    return Room.objects.create(centre=Centre.objects.create(organisation=body), name="第一调解室", floor="一楼")


@pytest.fixture
def case(clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_arranging_a_meeting_and_every_page_on_the_way(window, axe, room, case, mediator, township, size):
    watched = window(mediator, size)
    page = watched.page
    faults = {}

    def look(who=mediator, where=None):
        path = where or page.url.removeprefix(watched.base)
        if where:
            page.goto(watched.base + where)
        picture(page, size, "centre", path.split("?")[0])
        page.evaluate(axe)
        found = page.evaluate(RUN)
        page.set_viewport_size(SMALL)
        if page.evaluate(WIDEST) > SMALL["width"]:
            found.append(f"{page.evaluate(WIDEST)} wide at {SMALL['width']}")
        page.set_viewport_size(size)
        if found:
            faults[path] = found

    page.goto(f"{watched.base}/disputes/{case.code}/")
    page.get_by_role("link", name="预约调解室").last.click()
    look()
    page.get_by_role("button", name="第一调解室").nth(1).click()
    page.get_by_role("button", name="预约", exact=True).click()
    page.wait_for_url("**/centre/bookings/*/")
    booking = Booking.objects.get()
    assert workdays.is_workday(timezone.localdate(booking.starts_at)) and booking.room == room
    look()
    for path in ("notice/", "move/", "cancel/"):
        look(where=f"/centre/bookings/{booking.pk}/{path}")
    for path in (
        "/centre/",
        f"/centre/?day={booking.starts_at:%Y-%m-%d}",
        "/centre/?view=week",
        "/centre/rooms/",
        "/centre/venues/",
    ):
        look(where=path)
    look(where=f"/disputes/{case.code}/")
    watched = window(township, size)
    page = watched.page
    item = f"/centre/checklists/centres/{room.centre_id}/"
    for path in ("/centre/checklists/", "/centre/checklists/?list=bahua", item, "/centre/checklists/wuyou/", f"/centre/rooms/{room.pk}/",
                 "/centre/venues/new/"):  # fmt: skip
        look(where=path)
    assert not faults, faults
