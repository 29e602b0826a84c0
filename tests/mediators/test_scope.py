"""Who reads committees and mediators, and who keeps their record: every address × method × person."""

import pytest
from django.urls import reverse

from mediators import rights
from mediators.models import Committee, CourtList, Mediator, StatusChange, Training
from tests.factories import CommitteeMemberFactory, MediatorFactory
from tests.pages import signed_in
from tests.test_matrix import PEOPLE

pytestmark = pytest.mark.django_db

ADMINS = {"system_admin", "security_admin", "audit_admin"}
#: Of 上秦镇 and what lies below it, besides the county's keepers.
KEEPERS = {"township", "supervisor", "justice"}
READS_THE_NEIGHBOUR = {"county_clerk", "supervisor", "leader", "justice", "court_liaison", "department_liaison"}
LIST_READERS = {"supervisor", "leader", "justice"}


@pytest.fixture
def people(request):
    return {name: request.getfixturevalue(name) for name in PEOPLE}


def pages(committee):
    """(name, address) of every page of a committee, of a mediator on it and of what hangs on them."""
    mediator = MediatorFactory(committee=committee, user=None)
    seat = CommitteeMemberFactory(mediator=mediator)
    training = Training.objects.create(mediator=mediator, held_on="2026-05-06", topic="岗前培训", hours=8)
    own, person = [committee.pk], [mediator.pk]
    reads = [("committee", own), ("mediator", person)]
    writes = [
        ("amend_committee", own), ("seat", own), ("leave_seat", [*own, seat.pk]), ("elect", own),
        ("amend_mediator", person), ("status", person), ("training", person), ("forget_training", [*person, training.pk]),
    ]  # fmt: skip
    return (
        [(name, reverse(f"mediators:{name}", args=args)) for name, args in reads],
        [(name, reverse(f"mediators:{name}", args=args)) for name, args in writes],
    )


def test_the_neighbours_committee_answers_as_if_it_did_not_exist(people, neighbour_committee):
    reads, writes = pages(neighbour_committee)
    for name, user in people.items():
        client = signed_in(user)
        for page, url in [*reads, *writes]:
            for method in ("get", "post"):
                status = getattr(client, method)(url).status_code
                if name in ADMINS:
                    assert status == 403, (name, page)
                elif name not in READS_THE_NEIGHBOUR:
                    assert status in {404, 405}, (name, page, method, status)


def test_everyone_of_the_branch_reads_and_only_keepers_write(people, committee):
    reads, writes = pages(committee)
    for name, user in people.items():
        client = signed_in(user)
        for page, url in reads:
            assert client.get(url).status_code == (403 if name in ADMINS else 200), (name, page)
        for page, url in writes:
            if page == "forget_training":
                continue
            assert client.get(url).status_code == (200 if name in KEEPERS else 403), (name, page)
            # An empty form says what is missing.
            assert client.post(url).status_code == (422 if name in KEEPERS else 403), (name, page)


def test_a_village_keeps_nothing_and_reads_its_own_township_s_and_the_county_s(
    village_worker, village_committee, committee, trade_committee, neighbour_committee
):
    visible = set(Committee.objects.visible_to(village_worker))
    assert visible == {village_committee, committee, trade_committee}
    assert not Committee.objects.kept_by(village_worker).exists()


def test_a_township_keeps_its_own_and_its_villages_not_the_county_s(
    township, village_committee, committee, trade_committee, neighbour_committee
):
    assert set(Committee.objects.kept_by(township)) == {village_committee, committee}
    assert rights.keeps(township, village_committee)
    assert not rights.keeps(township, trade_committee)


def test_a_dispatcher_of_the_county_keeps_all_and_one_of_a_township_none(
    county_dispatcher, dispatcher, committee, trade_committee, neighbour_committee
):
    assert Committee.objects.kept_by(county_dispatcher).count() == 3
    assert not Committee.objects.kept_by(dispatcher).exists()


def test_one_row_and_the_set_agree_on_who_keeps_it(
    people, committee, village_committee, trade_committee, neighbour_committee
):
    for name, user in people.items():
        kept = set(Committee.objects.kept_by(user).values_list("pk", flat=True))
        for row in Committee.objects.select_related("organisation__division"):
            assert rights.keeps(user, row) == (row.pk in kept), (name, row)


def test_why_somebody_was_paused_is_for_keepers_and_for_themselves(people, committee, mediator, other_mediator):
    one = Mediator.objects.get(user=mediator)
    StatusChange.objects.create(
        mediator=one,
        from_status="serving",
        to_status="paused",
        ground="inquiry",
        note="群众来信",
        effective_on="2026-11-01",
    )
    Mediator.objects.filter(pk=one.pk).update(status="paused", status_reason="被反映问题，核查期间")
    for name, user in people.items():
        if name in ADMINS:
            continue
        text = signed_in(user).get(reverse("mediators:mediator", args=[one.pk])).content.decode()
        reads = name in KEEPERS or name == "mediator"
        assert ("群众来信" in text, "被反映问题" in text) == (reads, reads), name


def test_lists_for_the_court_are_the_county_s_and_the_court_reads_what_was_sent(people, justice, court, committee):
    one = CourtList.objects.create(
        year=2026, number=1, as_of="2026-11-01", content={"committees": [], "changes": []}, committee_count=0,
        mediator_count=0, change_count=0, made_by=justice,
    )  # fmt: skip
    url = reverse("mediators:court_list", args=[one.pk])
    others = [reverse(f"mediators:{name}", args=[one.pk]) for name in ("send_court_list", "void_court_list")]
    for name, user in people.items():
        client = signed_in(user)
        expected = 200 if name in LIST_READERS else 404 if name == "court_liaison" else 403
        assert client.get(url).status_code == expected, name
        assert client.get(reverse("mediators:print_court_list", args=[one.pk])).status_code == expected, name
        assert client.post(reverse("mediators:export_court_list", args=[one.pk])).status_code == expected, name
        if name != "justice":
            assert {client.post(other).status_code for other in others} <= {403, 404}, name
            assert client.post(reverse("mediators:court_lists")).status_code == 403, name
    assert CourtList.objects.count() == 1
    CourtList.objects.filter(pk=one.pk).update(court=court, sent_on="2026-11-02", sent_by=justice)
    assert signed_in(people["court_liaison"]).get(url).status_code == 200


def test_strangers_are_sent_to_the_sign_in_page(committee, client):
    reads, writes = pages(committee)
    for page, url in [*reads, *writes]:
        assert client.get(url).status_code == 302, page
