"""The mediator that is suggested, who never is, who else could take it, and a level skipped only for a reason."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.errors import Missing
from disputes import assignment
from disputes.assignment import routing
from disputes.choices import ChosenBy
from disputes.models import Assignment, Category, Dispute
from grids.choices import OrganisationKind
from mediators.choices import Language
from rosters.choices import Half
from rosters.models import DutyShift, Residency
from tests.disputes import lives
from tests.disputes.intake_forms import party, posted
from tests.factories import (
    COUNTY,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    CommitteeFactory,
    MediatorFactory,
    OrganisationFactory,
    place,
)
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew():
    routing.forget_rules()


@pytest.fixture
def village(own_village):
    return CommitteeFactory(at=OWN_VILLAGE, kind="village")


@pytest.fixture
def district():
    body = OrganisationFactory(code="T-DISTRICT", name="甘州区矛盾纠纷联合调委会", kind="committee")
    return CommitteeFactory(organisation=body, kind="trade", fields=[])


def mediator(committee, name, **more):
    return MediatorFactory(committee=committee, name=name, username=f"m-{name}", **more)


def accepted(clerk, **more):
    return lives.do(lives.register(clerk, division=place(OWN_VILLAGE), **more), "accept", clerk)


def suggested(case, **more):
    return assignment.suggest(Dispute.objects.for_page().get(pk=case.pk), **more)


# -- who is never suggested ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "party"),
    [
        ({}, {"name": "韩会计"}),
        ({}, {"agent_name": "韩会计"}),
        ({}, {"guardian_name": "韩会计"}),
        ({"phone": "138 0000 0077"}, {"phone": "13800000077"}),
    ],
    ids=["a party", "an agent", "a guardian", "the same phone"],
)
def test_who_may_have_an_interest_is_not_suggested(clerk, village, theirs, party):
    mediator(village, "韩会计", **theirs)
    mediator(village, "周支书")
    other = mediator(village, "安老师")
    case = accepted(clerk, respondents=[lives.OTHER | party])
    found = suggested(case)
    assert found.mediator.name in {"周支书", other.name} and found.mediator.name != "韩会计"
    assert found.notes == ("有 1 名调解员与当事人可能有利害关系，不作建议",)
    assert "韩会计" not in found.sentence and "利害" not in found.sentence


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"id_number": "620702197001011232", "id_kind": "id_card"}, {"name": "韩二", "id_number": "620702197001011232"}),
        ({"address": "徐赵寨村三社 12 号"}, {"name": "韩小兵", "address": "徐赵寨村三社12号"}),
    ],
    ids=["the same document", "the same household"],
)  # fmt: skip
def test_an_earlier_case_tells_whose_household_a_mediator_is(clerk, village, before, now):
    mediator(village, "韩会计", phone="13800000077")
    mediator(village, "周支书")
    earlier = {"kind": "person", "name": "韩会计", "phone": "13800000077"}
    lives.register(clerk, division=place(OWN_VILLAGE), applicants=[earlier | before])
    assert suggested(accepted(clerk, respondents=[lives.OTHER | now])).mediator.name == "周支书"
    apart = accepted(clerk, respondents=[lives.OTHER | {"name": "赵小兵", "address": "徐赵寨村三社12号"}])
    assert {one.name for one in _all(apart)} == {"韩会计", "周支书"}


def _all(case):
    found = suggested(case, others=True)
    return [found.mediator, *(one.mediator for one in found.others)]


def test_when_nobody_is_left_the_head_names_one(clerk, village):
    mediator(village, "韩会计")
    found = suggested(accepted(clerk, respondents=[lives.OTHER | {"name": "韩会计"}]))
    assert found.mediator is None and "该调委会没有可以建议的调解员，由主任指定" in found.reasons


def test_who_gave_it_back_is_counted_not_named(clerk, dispatcher, mediator, other_mediator):
    case = accepted(clerk, risk="high", may_escalate=False)
    lives.do(
        case,
        "assign",
        dispatcher,
        committee=mediator.mediator.committee,
        mediator=mediator.mediator,
        chosen_by="accepted",
    )
    lives.do(case, "return_assignment", mediator, reason="与当事人是亲戚")
    found = suggested(case)
    assert found.mediator == other_mediator.mediator
    assert found.notes == ("有 1 名调解员在本案退回、改派或者回避过，不作建议",)


def test_typing_tells_it_too(client, clerk, village):
    mediator(village, "韩会计", phone="13800000077")
    mediator(village, "周支书")
    client.force_login(clerk)
    data = posted(respondents=[party(name="赵六", phone="13800000077")])
    page = client.post("/disputes/new/suggest/", data, headers={"HX-Request": "true"}).content.decode()
    assert "周支书" in page and "可能有利害关系" in page and "也可以" not in page


def test_naming_one_who_may_have_an_interest_asks_a_reason(clerk, dispatcher, village):
    one = mediator(village, "韩会计")
    case = accepted(clerk, respondents=[lives.OTHER | {"name": "韩会计"}])
    client = signed_in(dispatcher)
    form = {"version": case.version, "committee": village.pk, "mediator": one.pk, "chosen_by": "accepted"}
    answer = client.post(f"/disputes/{case.code}/assign/", form)
    assert answer.status_code == 422 and "韩会计与当事人可能有利害关系" in answer.content.decode()
    answer = client.post(f"/disputes/{case.code}/assign/", form | {"reason": "同名同姓，不是同一人"})
    assert answer.status_code == 302


# -- who comes first -----------------------------------------------------------------------------------------------


def test_whom_the_parties_chose_comes_first(clerk, village):
    mediator(village, "安老师", specialities=["02"])
    wanted = mediator(village, "周支书")
    case = accepted(clerk)
    case = lives.do(case, "amend", clerk, wanted_mediator=wanted, reason="双方一致选择")
    found = suggested(case)
    assert found.mediator == wanted and "当事人选择周支书（人民调解法 第19条）" in found.reasons
    assert "当事人选择的调解员由“空”改为“周支书”" in case.events.first().text


def test_a_mediator_is_found_by_name_or_pinyin(client, clerk, village, committee):
    one = mediator(village, "安老师")
    theirs = mediator(CommitteeFactory(at="620702107000"), "安会计")
    client.force_login(clerk)
    for typed in ("安", "als"):
        assert [row["value"] for row in client.get("/disputes/mediators/", {"q": typed}).json()] == [one.pk], typed
    case = accepted(clerk)
    form = dict.fromkeys(("place_detail", "claim", "amount", "happened_on", "source_number", "language"), "") | {
        "version": case.version, "category": "0202", "summary": case.summary, "people_count": 2, "willingness": "willing",
        "division": OWN_VILLAGE, "reason": "双方选择",
    }  # fmt: skip
    url = f"/disputes/{case.code}/amend/"
    assert "没有找到这位调解员" in client.post(url, form | {"wanted_mediator": theirs.pk}).content.decode()
    assert client.post(url, form | {"wanted_mediator": "", "wanted_mediator_text": "安老师"}).status_code == 302
    case.refresh_from_db()
    assert case.wanted_mediator == one


def test_a_language_weighs_more_than_the_kind_and_the_load(clerk, village):
    mediator(village, "安老师", specialities=["02"])
    speaker = mediator(village, "白玛", languages=[Language.MANDARIN, Language.TIBETAN])
    found = suggested(accepted(clerk, language=Language.TIBETAN))
    assert found.mediator == speaker and "会说藏语" in found.reasons and found.notes == ()
    found = suggested(accepted(clerk, language=Language.UYGHUR))
    assert found.mediator.name == "安老师"
    assert found.notes == ("当事人需要维吾尔语，本调委会没有会说的调解员，请另请翻译",)


def test_the_language_is_asked_when_registering(client, clerk, village):
    mediator(village, "安老师")
    mediator(village, "白玛", languages=[Language.TIBETAN])
    client.force_login(clerk)
    page = client.post("/disputes/new/suggest/", posted(language="bo"), headers={"HX-Request": "true"}).content.decode()
    assert "白玛" in page and "会说藏语" in page
    client.post("/disputes/new/", posted(language="bo"))
    assert Dispute.objects.get().language == "bo"


@pytest.fixture
def on_duty(own_township, department):
    """``on_duty(user)``: at the centre of 上秦镇 this morning."""
    centre = OrganisationFactory(code="T-CENTRE", kind=OrganisationKind.CENTRE, division=own_township)

    def shift(user):
        home = Residency.objects.create(
            organisation=department, centre=centre, kind="resident", window="调解窗口", since=dt.date(2026, 1, 1)
        )
        DutyShift.objects.create(
            residency=home, day=dt.date(2026, 11, 23), half=Half.MORNING, name=user.name, user=user
        )

    return shift


@pytest.mark.parametrize(("at", "who"), [("2026-11-23 10:00 +0800", "周支书"), ("2026-11-23 23:00 +0800", "安老师")])
def test_between_two_alike_the_one_on_duty_is_suggested(clerk, village, on_duty, at, who):
    mediator(village, "安老师")
    on_duty(mediator(village, "周支书").user)
    with time_machine.travel(at, tick=False):
        assert suggested(accepted(clerk)).mediator.name == who


def test_the_roster_is_not_asked_when_something_else_decides(clerk, village, on_duty):
    mediator(village, "安老师", specialities=["02"])
    on_duty(mediator(village, "周支书").user)
    with time_machine.travel("2026-11-23 10:00 +0800", tick=False):
        assert suggested(accepted(clerk)).mediator.name == "安老师"


# -- who else ------------------------------------------------------------------------------------------------------


def test_up_to_four_others_are_one_click_away(clerk, dispatcher, village, committee, district):
    names = ["安老师", "白大姐", "陈会计", "丁支书"]
    for name in names:
        mediator(village, name)
    mediator(committee, "马镇长")
    mediator(district, "高律师")
    case = accepted(clerk)
    found = suggested(case, others=True)
    assert [(one.label, one.is_above) for one in found.others] == [
        ("徐赵寨村人民调解委员会 白大姐", False), ("徐赵寨村人民调解委员会 陈会计", False),
        ("上秦镇人民调解委员会 马镇长", True), ("甘州区矛盾纠纷联合调委会 高律师", True),
    ]  # fmt: skip
    client = signed_in(dispatcher)
    others = find(find(tree_of(client.get(f"/disputes/{case.code}/preview/")), "div.others")[0], "form")
    assert len(others) == 4
    fields = {one.get("name"): one.get("value") for one in find(others[1], "input")}
    client.post(others[1].get("action"), fields | {"chosen_by": "not_asked"})
    made = Assignment.objects.get()
    assert made.mediator.name == "陈会计" and not made.followed_suggestion


def test_the_others_cost_no_more_questions(clerk, village, committee, district):
    for n, body in enumerate((village, village, committee, district)):
        mediator(body, f"调解员{n}")
    case = Dispute.objects.for_page().get(pk=accepted(clerk).pk)
    counts = []
    for others in (False, True):
        routing.rules_in_force()
        with CaptureQueriesContext(connection) as made:
            assignment.suggest(case, others=others)
        counts.append(len(made))
    assert counts[0] == counts[1] <= 4


# -- levels --------------------------------------------------------------------------------------------------------


def send(user, case, committee, **more):
    form = {"version": case.version, "committee": committee.pk, "mediator": "", "chosen_by": "not_asked"} | more
    return signed_in(user).post(f"/disputes/{case.code}/assign/", form)


def test_a_level_is_skipped_only_for_a_reason(clerk, dispatcher, village, committee):
    case = accepted(clerk)
    answer = send(dispatcher, case, committee)
    assert answer.status_code == 422
    assert "按规则由村（社区）办理，派到乡镇（街道）是越级，请写明理由。" in answer.content.decode()
    assert not Assignment.objects.exists()
    assert send(dispatcher, case, committee, reason="村调委会主任与双方都是亲戚").status_code == 302
    event = case.events.first()
    assert "越级分派：按规则由村（社区）办理，派到乡镇（街道）。" in event.text and "都是亲戚" in event.text
    assert event.detail["skipped"] == [1, 2]


def test_the_parties_choice_is_a_reason(clerk, dispatcher, village, committee):
    case = accepted(clerk)
    assert send(dispatcher, case, committee, chosen_by="parties").status_code == 302
    event = case.events.first()
    assert "越级分派" in event.text and str(ChosenBy.PARTIES.label) in event.text


def test_going_down_or_across_asks_nothing(clerk, dispatcher, village, committee):
    case = accepted(clerk, risk="high")
    assert send(dispatcher, case, village).status_code == 302
    assert "越级" not in case.events.first().text


def test_the_verb_refuses_too(clerk, dispatcher, village, committee):
    with pytest.raises(Missing, match="是越级"):
        lives.do(accepted(clerk), "assign", dispatcher, committee=committee, chosen_by="not_asked", rungs=(1, 2))


def test_reassigning_above_the_level_is_told_in_the_timeline(clerk, dispatcher, village, committee):
    case = accepted(clerk)
    send(dispatcher, case, village)
    case.refresh_from_db()
    form = {
        "version": case.version,
        "committee": committee.pk,
        "mediator": "",
        "chosen_by": "not_asked",
        "reason": "村里调不动",
    }
    assert signed_in(dispatcher).post(f"/disputes/{case.code}/reassign/", form).status_code == 302
    assert "越级分派" in case.events.first().text


def test_a_batch_to_the_district_without_a_reason_says_so(clerk, dispatcher, village, district):
    case = accepted(clerk)
    data = {
        "ids": [case.code],
        "confirmed": "1",
        "mode": "one",
        "committee": district.pk,
        f"version-{case.code}": case.version,
    }
    client = signed_in(dispatcher)
    assert "是越级，请写明理由" in words(tree_of(client.post("/disputes/dispatch/batch/", data)))
    assert "已分派" in words(tree_of(client.post("/disputes/dispatch/batch/", data | {"reason": "集中办理"})))


def test_the_rung_of_a_committee_is_that_of_its_place(village, committee, district):
    enterprise = CommitteeFactory(
        organisation=OrganisationFactory(code="T-E", kind="committee", division=place(OWN_TOWNSHIP)), kind="enterprise"
    )
    assert [assignment.rung(one) for one in (village, committee, district, enterprise)] == [1, 2, 3, 2]


def test_the_district_is_the_first_committee_without_a_field_by_its_code(county):
    """Whatever order the tables give them in: made last to first here."""
    for code in ("T-H3", "T-H2", "T-H1"):
        CommitteeFactory(organisation=OrganisationFactory(code=code, kind="committee"), kind="trade", fields=[])
    matter = assignment.Matter(Category.objects.get(pk="0202"), place(COUNTY))
    assert assignment.suggest(matter).committee.organisation.code == "T-H1"


def test_a_matter_of_the_county_itself_goes_to_the_district(county, district):
    matter = assignment.Matter(Category.objects.get(pk="0202"), place(COUNTY))
    assert assignment.suggest(matter).committee == district
