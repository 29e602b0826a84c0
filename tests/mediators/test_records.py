"""Keeping the record of committees: entering, amending, seats, elections; each with its audit row."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from mediators import services
from mediators.choices import MemberPost
from mediators.models import Committee, Mediator, MinorityPlace, term_ends
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE, CommitteeMemberFactory, MediatorFactory, place
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"mediators:{name}", args=args)


def today():
    return timezone.localdate()


# ---- committees


def test_a_township_enters_a_committee_of_a_village(township, own_village):
    typed = {
        "name": "徐赵寨村人民调解委员会", "short_name": "徐赵寨村调委会", "kind": "village", "division": OWN_VILLAGE,
        "fields_": ["01", "02"], "established_on": "2026-03-01", "seal_name": "徐赵寨村人民调解委员会", "seal_keeper": "文书",
    }  # fmt: skip
    answer = signed_in(township).post(url("found"), typed)
    made = Committee.objects.get(organisation__division=own_village)
    assert answer.url == url("committee", made.pk)
    assert (made.name, made.fields, made.seal_keeper, made.established_on) == (
        "徐赵寨村人民调解委员会", ["01", "02"], "文书", dt.date(2026, 3, 1),
    )  # fmt: skip
    assert made.organisation.initials == "xzzctwh"
    assert AuditEvent.objects.get(action="committee.found").object_id == str(made.pk)


def test_a_township_cannot_enter_one_of_the_neighbour_or_of_the_county(township, neighbour_township, county):
    for code in (neighbour_township.pk, county.pk):
        answer = signed_in(township).post(url("found"), {"name": "x", "kind": "village", "division": code})
        assert answer.status_code == 422
        assert "请选择您管理范围内的地方。" in answer.content.decode()
    assert not Committee.objects.exists()


def test_what_was_typed_stays_when_something_is_missing(township):
    answer = signed_in(township).post(url("found"), {"short_name": "某某调委会", "established_on": "昨年"})
    text = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("请填写全称。", "请选择类别。", "请选择所在地。", "看不懂这个日期", "某某调委会", "昨年"):
        assert sentence in text, sentence


def test_two_committees_do_not_share_a_name(supervisor, committee):
    typed = {"name": committee.name, "kind": "township", "division": OWN_TOWNSHIP}
    answer = signed_in(supervisor).post(url("found"), typed)
    assert answer.status_code == 422
    assert "已经有同名的调委会。" in answer.content.decode()


def test_amending_keeps_a_local_field_and_says_what_changed(supervisor, trade_committee):
    trade_committee.fields = ["15", "0404"]
    trade_committee.save()
    page = signed_in(supervisor).get(url("amend_committee", trade_committee.pk)).content.decode()
    assert 'value="0404"' in page
    typed = {
        "name": trade_committee.name,
        "kind": "trade",
        "fields_": ["15", "0404"],
        "seal_name": "新印章",
        "is_active": "on",
    }
    assert signed_in(supervisor).post(url("amend_committee", trade_committee.pk), typed).status_code == 302
    trade_committee.refresh_from_db()
    assert (trade_committee.fields, trade_committee.seal_name) == (["15", "0404"], "新印章")
    assert "seal_name" in AuditEvent.objects.get(action="committee.amend").detail["changed"]
    assert "fields" not in AuditEvent.objects.get(action="committee.amend").detail["changed"]


def test_a_failing_audit_undoes_the_change(supervisor, committee, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(services.audit, "record", fail)
    for verb in (
        lambda: services.amend_committee(committee, {"seal_name": "新印章"}, by=supervisor),
        lambda: services.seat(committee, {"new_name": "单玉霞", "post": "member", "starts_on": today()}, by=supervisor),
        lambda: services.appoint({"committee": committee, "name": "单玉霞"}, by=supervisor),
        lambda: services.set_minority_places([place(OWN_TOWNSHIP)], by=supervisor),
    ):
        with pytest.raises(RuntimeError):
            verb()
    committee.refresh_from_db()
    assert committee.seal_name == ""
    assert not Mediator.objects.exists()
    assert not MinorityPlace.objects.filter(pk=OWN_TOWNSHIP).exists()


# ---- seats


def test_a_new_member_becomes_a_mediator_by_it(township, committee):
    typed = {"new_name": "单 玉霞", "post": "chair", "starts_on": "2026-11-02", "is_woman": "on"}
    assert signed_in(township).post(url("seat", committee.pk), typed).status_code == 302
    seat = committee.members.get()
    assert (seat.mediator.name, seat.post, seat.is_woman, seat.is_minority) == ("单玉霞", "chair", True, False)
    assert seat.ends_on == dt.date(2029, 11, 1)
    assert seat.mediator.committee == committee


def test_a_second_chair_is_refused_in_words(township, committee, seated):
    answer = signed_in(township).post(
        url("seat", committee.pk), {"new_name": "高明", "post": "chair", "starts_on": "2026-11-02"}
    )
    assert answer.status_code == 422
    assert "已经有主任，请先办理原主任离任。" in answer.content.decode()
    assert committee.members.current().count() == 3


def test_either_a_mediator_or_a_name_and_not_both(township, committee):
    one = MediatorFactory(committee=committee, user=None, name="高明")
    for typed in ({}, {"mediator": one.pk, "new_name": "别人"}):
        answer = signed_in(township).post(
            url("seat", committee.pk), {"post": "member", "starts_on": "2026-11-02", **typed}
        )
        assert answer.status_code == 422
    assert not committee.members.exists()
    assert Mediator.objects.count() == 1


def test_a_term_longer_than_the_law_s_is_refused(township, committee):
    typed = {"new_name": "高明", "post": "member", "starts_on": "2026-11-02", "ends_on": "2030-11-02"}
    answer = signed_in(township).post(url("seat", committee.pk), typed)
    assert "每届任期三年" in answer.content.decode()


def test_the_mediator_of_another_committee_is_not_offered(township, committee, neighbour_committee):
    stranger = MediatorFactory(committee=neighbour_committee, user=None, name="高明")
    typed = {"mediator": stranger.pk, "post": "member", "starts_on": "2026-11-02"}
    assert signed_in(township).post(url("seat", committee.pk), typed).status_code == 422


def test_a_member_leaves_and_stays_a_mediator(township, committee, seated):
    seat = seated[1]
    typed = {"left_on": f"{today()}", "why": "本人辞去"}
    assert signed_in(township).post(url("leave_seat", committee.pk, seat.pk), typed).status_code == 302
    seat.refresh_from_db()
    assert (seat.left_on, seat.left_why) == (today(), "本人辞去")
    assert seat.mediator.is_serving
    assert signed_in(township).post(url("leave_seat", committee.pk, seat.pk), typed).status_code == 404


def test_an_election_keeps_who_goes_on_and_ends_the_others(township, committee, seated):
    chair, second, third = seated
    typed = {
        "starts_on": f"{today()}",
        f"seat_{chair.pk}": "",
        f"seat_{second.pk}": "chair",
        f"seat_{third.pk}": "member",
    }
    assert signed_in(township).post(url("elect", committee.pk), typed).status_code == 302
    current = {seat.mediator_id: seat for seat in committee.members.current()}
    assert {pk: seat.post for pk, seat in current.items()} == {
        second.mediator_id: MemberPost.CHAIR, third.mediator_id: MemberPost.MEMBER,
    }  # fmt: skip
    assert {seat.ends_on for seat in current.values()} == {term_ends(today())}
    chair.refresh_from_db()
    assert (chair.left_on, chair.left_why) == (today() - dt.timedelta(days=1), "换届")


def test_an_election_cannot_begin_before_the_term_it_ends(township, committee, seated):
    typed = {"starts_on": f"{seated[0].starts_on}", f"seat_{seated[0].pk}": "chair"}
    answer = signed_in(township).post(url("elect", committee.pk), typed)
    assert answer.status_code == 422
    assert committee.members.current().count() == 3


def test_two_chairs_cannot_be_elected(township, committee, seated):
    typed = {"starts_on": f"{today()}"} | {f"seat_{seat.pk}": "chair" for seat in seated}
    answer = signed_in(township).post(url("elect", committee.pk), typed)
    assert answer.status_code == 422
    assert "主任只能有一人。" in answer.content.decode()


def test_the_places_of_several_nationalities_are_the_county_s_to_set(
    supervisor, township, own_township, neighbour_township
):
    assert signed_in(township).get(url("minority")).status_code == 403
    answer = signed_in(supervisor).post(url("minority"), {"places": [own_township.pk]})
    assert answer.status_code == 302
    assert list(MinorityPlace.objects.values_list("pk", flat=True)) == [own_township.pk]


# ---- mediators


def test_a_mediator_is_appointed_with_what_they_bring(township, committee):
    typed = {
        "name": "单玉霞", "committee": committee.pk, "kind": "lawyer", "phone": "0936 8212345", "grade": "2",
        "appointed_on": "2026-11-01", "specialities": ["01", "02"], "languages": ["zh", "mn"],
    }  # fmt: skip
    assert signed_in(township).post(url("appoint"), typed).status_code == 302
    made = Mediator.objects.get()
    assert (made.kind, made.grade, made.specialities, made.languages) == ("lawyer", "2", ["01", "02"], ["zh", "mn"])
    assert (made.phone, made.pinyin) == ("0936-8212345", "syx shanyuxia")


def test_amending_a_mediator_leaves_committee_and_status_alone(township, committee, neighbour_committee):
    one = MediatorFactory(committee=committee, user=None, name="高明")
    typed = {"name": "高明远", "kind": "veteran", "committee": neighbour_committee.pk, "status": "removed"}
    assert signed_in(township).post(url("amend_mediator", one.pk), typed).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.kind, one.committee, one.status) == ("高明远", "veteran", committee, "serving")
    assert one.pinyin == "gmy gaomingyuan"


def test_one_course_is_entered_for_several_at_once(township, committee):
    one, two, three = (
        MediatorFactory(committee=committee, user=None, name=name) for name in ("高明", "田志文", "马永福")
    )
    typed = {"held_on": "2026-05-06", "topic": "卷宗规范", "hours": "4.5", "others": [two.pk]}
    assert signed_in(township).post(url("training", one.pk), typed).status_code == 302
    assert [person.trainings.count() for person in (one, two, three)] == [1, 1, 0]
    # Entered again, also for the third: nobody has it twice.
    signed_in(township).post(url("training", one.pk), typed | {"others": [two.pk, three.pk]})
    assert [person.trainings.count() for person in (one, two, three)] == [1, 1, 1]
    page = signed_in(township).get(url("mediator", one.pk)).content.decode()
    assert "2026 年 4.5 学时" in page


@pytest.mark.parametrize("hours", ["0", "-1", "201", "4.55", "很多", ""])
def test_hours_that_cannot_be_are_refused(township, committee, hours):
    one = MediatorFactory(committee=committee, user=None, name="高明")
    typed = {"held_on": "2026-05-06", "topic": "卷宗规范", "hours": hours}
    assert signed_in(township).post(url("training", one.pk), typed).status_code == 422
    assert not one.trainings.exists()


def test_a_course_entered_by_mistake_is_deleted_by_post_alone(township, committee):
    one = MediatorFactory(committee=committee, user=None, name="高明")
    services.record_training([one], {"held_on": "2026-05-06", "topic": "卷宗规范", "hours": 4}, by=township)
    address = url("forget_training", one.pk, one.trainings.get().pk)
    assert signed_in(township).get(address).status_code == 405
    assert signed_in(township).post(address).status_code == 302
    assert not one.trainings.exists()


def test_no_name_goes_into_the_audit_trail(township, committee):
    services.seat(committee, {"new_name": "单玉霞", "post": "member", "starts_on": today()}, by=township)
    CommitteeMemberFactory(at=committee)
    services.amend_mediator(Mediator.objects.get(name="单玉霞"), {"name": "单玉侠"}, by=township)
    assert not [row for row in AuditEvent.objects.all() if "单玉" in f"{row.detail}{row.reason}{row.object_id}"]
