"""Random walks through the life of a case against an oracle that knows only the hand-written rules."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.choices import Role
from common.errors import Refusal
from disputes import services
from disputes.choices import EndReason, ObligationState, Status
from disputes.models import Dispute
from tests.disputes import lives
from tests.disputes.test_workflow import WATCHING, by_hand
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE, MediatorFactory, place

pytestmark = pytest.mark.django_db

#: Steps that watch over a case have gates of their own (tests/disputes/test_supervising.py).
RULES = {name: (sources, target) for name, sources, target in by_hand() if name not in WATCHING}
#: The main road is drawn more often, or random walks would rarely leave the first states.
ROAD = ["accept", "assign", "take", "record_session", "settle", "take_effect", "perform", "follow_up", "archive"]


@pytest.fixture
def omni(committee):
    """One person with every role of handling, so that only states and gates decide."""
    mediator = MediatorFactory(committee=committee, name="全能", username="omni")
    user = mediator.user
    from django.utils import timezone

    from accounts.models import RoleHolding

    for role in (Role.CLERK, Role.DISPATCHER, Role.TOWNSHIP_CENTRE):
        RoleHolding.objects.create(user=user, role=role, division=place(OWN_TOWNSHIP), starts_on=timezone.localdate())
    RoleHolding.objects.create(
        user=user, role=Role.COMMITTEE_HEAD, organisation=committee.organisation, starts_on=timezone.localdate()
    )
    return user


def good_data(name, case, user):
    from django.utils import timezone

    today = timezone.localdate()
    assign = {"committee": user.mediator.committee, "mediator": user.mediator, "chosen_by": "accepted"}
    agreement = case.current_agreement
    obligation = next(iter(agreement.obligations.all()), None) if agreement else None
    return {
        "decline": {"reason": "in_court", "destination": "人民法院", "routes_told": ["court"]},
        "give_notice": {"notice_form": "oral"},
        "assign": assign,
        "appoint": {"mediator": user.mediator, "chosen_by": "accepted"},
        "reassign": {**assign, "mediator": None, "reason": "当事人要求"},
        "return_assignment": {"reason": "超出专长"},
        "record_session": {"record": "一句话。"},
        "suspend": {"reason": "appraisal"},
        "settle": lives.agreement(case),
        "settle_orally": lives.agreement(case),
        "take_effect": lives.marks(case),
        "renegotiate": {"reason": "一方反悔"},
        "fail": lives.told(),
        "terminate": lives.told(EndReason.UNREACHABLE),
        "withdraw": {"reason": "withdrew", "note": "不要了"},
        "transfer": {"organisation": user.mediator.committee.organisation, "note": "转"},
        "perform": {"obligation": obligation, "state": ObligationState.DONE, "performed_on": today},
        "follow_up": {"record": "好", "visited_on": today},
        "archive": {"missing_reason": "说明"},
        "reopen": {"reason": "反复"},
    }.get(name, {})


class Oracle:
    """What the rules say, kept apart from the code under test."""

    def __init__(self):
        self.state, self.sessions, self.mediator, self.performed = "registered", 0, False, True
        self.was_assigned = False

    def allows(self, name):
        sources, _ = RULES[name]
        if self.state not in sources:
            return False
        if name in {"settle", "settle_orally", "fail"}:
            return self.sessions > 0
        if name == "take":
            return self.mediator
        if name == "appoint":
            return not self.mediator
        if name == "follow_up":
            return self.performed
        if name == "unaccept":
            return not self.was_assigned
        return True

    def apply(self, name):
        target = RULES[name][1]
        self.state = target or self.state
        if name == "record_session":
            self.sessions += 1
        if name in {"assign", "appoint"}:
            self.mediator = self.was_assigned = True
        if name == "reopen":
            self.sessions = 0
        if name in {"reassign", "recall", "return_assignment", "reopen"}:
            self.mediator = False
        if name in {"settle", "settle_orally"}:
            self.performed = False
        if name == "perform":
            self.performed = True


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.one_of(st.sampled_from(ROAD), st.sampled_from(sorted(RULES))), min_size=4, max_size=22))
def test_the_code_allows_exactly_what_the_rules_allow(omni, walk):
    case = lives.register(omni, division=place(OWN_VILLAGE))
    oracle, happened = Oracle(), ["register"]
    for name in walk:
        case = Dispute.objects.for_page().get(pk=case.pk)
        if name == "perform" and oracle.allows(name) and case.current_agreement is None:
            continue
        refused = ""
        try:
            services.perform(case, name, by=omni, data=good_data(name, case, omni))
        except Refusal as refusal:
            refused = refusal.sentence
        assert bool(refused) != oracle.allows(name), f"{name} from {oracle.state}: {refused or 'let through'}"
        if not refused:
            oracle.apply(name)
            happened.append(name)
    case.refresh_from_db()
    assert case.status == oracle.state
    assert list(case.events.order_by("number").values_list("name", flat=True)) == happened
    assert case.version == len(happened)
    running = case.clocks.filter(met_on=None, pause_began_on=None).order_by("due_on", "id").first()
    assert case.next_due_on == (running.due_on if running else None)
    if case.status == Status.ARCHIVED:
        assert not case.clocks.filter(met_on=None).exists()
