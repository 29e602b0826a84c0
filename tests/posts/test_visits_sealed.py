"""心理疏导: everybody knows that a visit took place; two people know what was said.  Tried with canaries."""

import logging

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEvent
from disputes.models import Dispute
from posts.models import Visit
from posts.visits import services
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place
from tests.posts.test_visits import sheet_of, typed, written

pytestmark = pytest.mark.django_db
CANARY = "金丝雀心事"


@pytest.fixture
def case(clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    return lives.bring(case, "mediating", clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def sealed(grid_officer):
    return written(grid_officer, kind="counselling", said=CANARY)


@pytest.fixture
def of_case(grid_officer, case):
    return written(grid_officer, kind="counselling", said=CANARY, case=case)


def test_the_database_never_holds_it_in_clear(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM posts_visit v WHERE id = %s", [sealed.pk])
        row = cursor.fetchone()[0]
    assert CANARY not in row and sealed.text == ""
    assert Visit.objects.get(pk=sealed.pk).note == CANARY


def test_its_author_reads_it(client, sealed, grid_officer):
    client.force_login(grid_officer)
    assert CANARY in client.get(sealed.get_absolute_url()).content.decode()


PEOPLE = (
    "village_worker",
    "township",
    "clerk",
    "dispatcher",
    "supervisor",
    "leader",
    "justice",
    "committee_head",
    "other_mediator",
)


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_else_sees_that_it_took_place_and_nothing_more(request, client, of_case, who):
    client.force_login(request.getfixturevalue(who))
    page = client.get(of_case.get_absolute_url())
    html = page.content.decode()
    assert page.status_code == 200 and "心理疏导" in html and CANARY not in html
    for url in (reverse("posts:visits"), reverse("posts:visits") + f"?q={CANARY}"):
        assert CANARY not in client.get(url).content.decode().replace(f"?q={CANARY}", "")


def test_the_mediator_of_the_case_reads_it_and_that_is_recorded(client, of_case, mediator, case):
    client.force_login(mediator)
    assert CANARY in client.get(of_case.get_absolute_url()).content.decode()
    event = AuditEvent.objects.get(action="visit.open_note")
    assert event.object_id == str(of_case.uid) and CANARY not in str(event.detail)


def test_the_mediator_of_another_case_does_not(client, sealed, mediator, case):
    client.force_login(mediator)
    assert CANARY not in client.get(sealed.get_absolute_url()).content.decode()
    assert not AuditEvent.objects.filter(action="visit.open_note").exists()


def test_a_mediator_who_was_relieved_reads_it_no_more(client, of_case, mediator, other_mediator, case):
    Dispute.objects.filter(pk=case.pk).update(mediator=other_mediator.mediator)
    client.force_login(mediator)
    assert CANARY not in client.get(of_case.get_absolute_url()).content.decode()
    client.force_login(other_mediator)
    assert CANARY in client.get(of_case.get_absolute_url()).content.decode()


def test_no_file_holds_it_not_even_the_authors(client, sealed, grid_officer):
    client.force_login(grid_officer)
    response = client.post(reverse("posts:visits"))
    rows = sheet_of(response)
    assert len(rows) == 3 and CANARY not in str(rows)


def test_no_list_shows_it_not_even_the_authors(client, sealed, grid_officer):
    client.force_login(grid_officer)
    assert CANARY not in client.get(reverse("posts:visits")).content.decode()


def test_search_does_not_find_it(client, of_case, grid_officer, supervisor, case):
    for user in (grid_officer, supervisor):
        client.force_login(user)
        html = client.post(reverse("disputes:search"), {"q": CANARY}).content.decode()
        assert case.code not in html and of_case.get_absolute_url() not in html
        listed = client.get(reverse("disputes:list"), {"q": CANARY, "tab": "all"}).content.decode()
        assert case.code not in listed


def test_neither_log_nor_audit_row_holds_it(client, grid_officer, caplog):
    client.force_login(grid_officer)
    with caplog.at_level(logging.DEBUG):
        client.post(reverse("posts:new_visit"), typed(kind="counselling", said=CANARY))
        visit = Visit.objects.get()
        client.get(visit.get_absolute_url())
        repr(visit), repr(visit.__dict__)
        logging.getLogger("test").info("visit %r %s", visit, visit.__dict__)
    assert CANARY not in caplog.text
    assert not any(CANARY in str(event.detail) + event.reason for event in AuditEvent.objects.all())


def test_the_case_page_says_only_that_it_took_place(client, of_case, mediator, clerk, case):
    for user in (mediator, clerk):
        client.force_login(user)
        html = client.get(case.get_absolute_url()).content.decode()
        assert "心理疏导" in html and CANARY not in html


def test_the_api_does_not_know_it(client, of_case, supervisor, case):
    client.force_login(supervisor)
    for url in (reverse("api:disputes"), reverse("api:dispute-detail", args=[case.code])):
        assert CANARY not in client.get(url).content.decode()


def test_registering_a_case_leaves_it_where_it_is(client, sealed, grid_officer):
    client.force_login(grid_officer)
    html = client.get(f"{reverse('disputes:new')}?visit={sealed.uid}").content.decode()
    assert CANARY not in html and str(sealed.uid) in html


def test_a_visit_that_becomes_counselling_is_sealed_and_back(grid_officer):
    visit = written(grid_officer, said=CANARY)
    again = {"by": grid_officer, "village": visit.village, "visited_on": visit.visited_on, "people_reached": None}
    services.amend(visit, kind="counselling", said=CANARY, **again)
    visit.refresh_from_db()
    assert (visit.text, visit.note) == ("", CANARY)
    services.amend(visit, kind="call", said="走访", **again)
    visit.refresh_from_db()
    assert (visit.text, visit.note) == ("走访", "")
