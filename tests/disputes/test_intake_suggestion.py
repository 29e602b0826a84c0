"""Where a registration should go, said while it is still being typed."""

import pytest
import time_machine

from mediators.choices import CommitteeKind
from tests.disputes.intake_forms import party, posted
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, CommitteeFactory, MediatorFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
URL = "/disputes/new/suggest/"
NOTHING_YET = "选了发生地和类型以后"


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def village_committee():
    organisation = OrganisationFactory(
        code="T-V", name="徐赵寨村人民调解委员会", kind="committee", division_id=OWN_VILLAGE
    )
    committee = CommitteeFactory(organisation=organisation, kind=CommitteeKind.VILLAGE)
    MediatorFactory(committee=committee, name="韩会计", username="village_mediator")
    return committee


def ask(browser, **values):
    response = browser.post(URL, posted(**values), headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(autouse=True)
def _places(own_village, mediator, village_committee):
    """The township's committee with its mediator, and the village's."""


def test_a_small_matter_stays_in_the_village(window):
    page = ask(window)
    assert "徐赵寨村人民调解委员会" in page and "韩会计" in page and "风险低，先在村（社区）调解" in page


def test_a_risk_goes_to_the_township(window):
    assert "上秦镇人民调解委员会" in ask(window, risk="medium") and "有激化风险" in ask(window, risk="high")


def test_an_organisation_goes_to_the_township_by_its_name_alone(window):
    page = ask(window, respondents=[party(name="宏达建筑劳务公司")])
    assert "上秦镇人民调解委员会" in page and "一方是单位" in page


def test_many_people_go_to_the_township(window):
    assert "涉及人数较多" in ask(window, people_count="23")


def test_nothing_is_said_before_place_and_kind_are_known(window):
    assert NOTHING_YET in ask(window, category="") and NOTHING_YET in ask(window, division="")


def test_nothing_is_said_of_a_place_out_of_scope(window):
    page = ask(window, division=NEIGHBOUR_VILLAGE)
    assert NOTHING_YET in page and "党寨" not in page


@time_machine.travel("2026-11-23 10:00 +0800", tick=False)
def test_the_days_by_which(window):
    page = ask(window)
    assert "受理期限" in page and "2026-11-24 前（1 个工作日）" in page and "2026-12-23 前（30 个自然日）" in page


@time_machine.travel("2026-11-23 10:00 +0800", tick=False)
def test_a_wage_dispute_counts_from_the_day_of_application(window):
    assert "2026-12-05" not in ask(window, category="1001", applied_on="2026-11-20")  # a Saturday: rolls on
    assert "劳动争议调解期限" in (page := ask(window, category="1001", applied_on="2026-11-20"))
    assert "2026-12-07 前（15 个自然日）" in page


def test_unreadable_input_is_passed_over_in_silence(window):
    assert "徐赵寨村人民调解委员会" in ask(window, applied_on="那天", people_count="若干", summary="")


def test_others_may_not_ask(client, leader):
    client.force_login(leader)
    assert client.post(URL, posted()).status_code == 403


def test_what_is_already_under_way_is_counted(window, django_assert_max_num_queries):
    ask(window)
    with django_assert_max_num_queries(8):
        assert "在办 0 件" in ask(window)
