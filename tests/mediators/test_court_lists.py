"""What the court is told (人民调解法 第10条): frozen, numbered, with what changed since the list before."""

import datetime as dt
import io
import threading

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from common.errors import Missing, NotPermitted, WrongState
from mediators import court_lists, services
from mediators.models import CourtList, Mediator
from tests.factories import MediatorFactory
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


def send(one, court, by):
    data = {"court": court, "sent_on": timezone.localdate(), "sent_how": "当面送交"}
    return services.send_list(one, data, by=by)


def said(one):
    return [(row["what"], row["about"], row["name"], row["said"]) for row in one.changes]


def test_the_first_list_holds_everyone_and_no_changes(justice, seated, committee):
    MediatorFactory(committee=committee, user=None, name="高明", status="paused")
    MediatorFactory(committee=committee, user=None, name="韩立", status="removed")
    one = services.make_list(by=justice)
    assert (str(one), one.committee_count, one.mediator_count, one.changes) == (
        f"{timezone.localdate().year} 年第 1 号", 1, 4, [],
    )  # fmt: skip
    (row,) = one.content["committees"]
    assert (row["chair"], row["members"], next(person["name"] for person in row["people"])) == ("单玉霞", 3, "单玉霞")
    assert {person["name"]: person["status"] for person in row["people"]}["高明"] == "暂停"
    assert "韩立" not in str(one.content)


def test_the_next_list_says_who_came_who_left_and_what_changed(justice, court, township, seated, committee):
    send(services.make_list(by=justice), court, justice)
    services.change_status(
        seated[2].mediator, "dismissed", ground="moved", effective_on=timezone.localdate(), by=township
    )
    services.amend_mediator(seated[1].mediator, {"kind": "lawyer"}, by=township)
    services.appoint({"committee": committee, "name": "高明"}, by=township)
    services.amend_committee(committee, {"seal_name": "新印章"}, by=township)
    one = services.make_list(by=justice)
    assert said(one) == [
        ("changed", "committee", committee.name, "印章由“空”改为“新印章”"),
        ("changed", "mediator", "马永福", "类别由“兼职”改为“律师”"),
        ("added", "mediator", "高明", ""),
        ("left", "mediator", "田志文", ""),
    ]
    assert (one.number, one.change_count) == (2, 4)


def test_why_somebody_left_and_phones_of_people_are_not_told(justice, township, seated, committee):
    Mediator.objects.update(phone="18100001234")
    services.change_status(
        seated[2].mediator, "paused", ground="inquiry", effective_on=timezone.localdate(), by=township
    )
    content = str(services.make_list(by=justice).content)
    assert "18100001234" not in content
    assert "核查" not in content


def test_a_list_does_not_change_with_what_it_is_about(justice, seated, committee):
    one = services.make_list(by=justice)
    committee.organisation.name = "改了名的调委会"
    committee.organisation.save()
    page = signed_in(justice).get(reverse("mediators:court_list", args=[one.pk])).content.decode()
    assert "改了名的调委会" not in page
    with pytest.raises(DatabaseError), transaction.atomic():
        CourtList.objects.filter(pk=one.pk).update(content={})


def test_a_list_is_sent_once_and_stays(justice, court, seated):
    one = services.make_list(by=justice)
    with pytest.raises(Missing):
        services.send_list(
            one, {"court": court, "sent_on": timezone.localdate() + dt.timedelta(days=1), "sent_how": "x"}, by=justice
        )
    send(one, court, justice)
    with pytest.raises(WrongState):
        send(one, court, justice)
    with pytest.raises(WrongState):
        services.void_list(one, by=justice)
    with pytest.raises(DatabaseError), transaction.atomic():
        CourtList.objects.filter(pk=one.pk).delete()


def test_one_that_was_not_sent_is_sent_or_dropped_before_the_next(justice, seated):
    one = services.make_list(by=justice)
    with pytest.raises(WrongState, match="还没有通报"):
        services.make_list(by=justice)
    services.void_list(one, by=justice)
    assert services.make_list(by=justice).number == 1


def test_numbers_begin_again_each_year(justice, court, seated):
    one = services.make_list(by=justice)
    CourtList.objects.filter(pk=one.pk).delete()
    CourtList.objects.create(
        year=timezone.localdate().year - 1, number=7, as_of="2025-11-01", content=one.content, committee_count=1,
        mediator_count=3, change_count=0, made_by=justice, court=court, sent_on="2025-11-02", sent_by=justice,
    )  # fmt: skip
    assert services.make_list(by=justice).number == 1


def test_only_the_justice_bureau_makes_and_sends(supervisor, township, leader):
    for user in (supervisor, township, leader):
        with pytest.raises(NotPermitted):
            services.make_list(by=user)


def test_the_page_the_print_and_the_workbook_say_the_same(justice, court, township, seated, committee):
    send(services.make_list(by=justice), court, justice)
    services.appoint({"committee": committee, "name": "高明"}, by=township)
    services.change_status(
        seated[2].mediator, "dismissed", ground="moved", effective_on=timezone.localdate(), by=township
    )
    one = services.make_list(by=justice)
    client = signed_in(justice)
    for name in ("court_list", "print_court_list"):
        text = client.get(reverse(f"mediators:{name}", args=[one.pk])).content.decode()
        for word in ("高明", "新增", "退出", "田志文", "单玉霞"):
            assert word in text, (name, word)
    answer = client.post(reverse("mediators:export_court_list", args=[one.pk]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0].startswith("人民调解组织和人员通报名单")
    assert {row[4]: row[8] for row in rows[2:]} == {"单玉霞": "", "马永福": "", "高明": "新增", "田志文": "退出"}


def test_the_court_s_liaison_reads_it_only_when_it_was_sent(justice, court, court_liaison, seated):
    one = services.make_list(by=justice)
    url = reverse("mediators:court_lists")
    assert str(one) not in signed_in(court_liaison).get(url).content.decode()
    send(one, court, justice)
    assert str(one) in signed_in(court_liaison).get(url).content.decode()


def test_a_snapshot_costs_the_same_however_many_there_are(
    django_assert_num_queries, seated, village_committee, neighbour_committee
):
    with django_assert_num_queries(3):
        rows = court_lists.snapshot()
    assert len(rows) == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_list_at_once_make_one(justice, seated):
    answers: list[object] = []
    barrier = threading.Barrier(2)

    def make():
        try:
            barrier.wait()
            answers.append(services.make_list(by=justice))
        except WrongState as refusal:
            answers.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer).__name__ for answer in answers) == ["CourtList", "WrongState"]
    assert CourtList.objects.count() == 1
