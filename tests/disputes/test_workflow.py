"""The table of transitions: its content against a list written by hand, its wiring for every state, step and role."""

import itertools
from types import SimpleNamespace

import pytest

from accounts.choices import Role
from common.errors import NotPermitted, WrongState
from disputes import workflow
from disputes.choices import Status
from disputes.forms.transitions import FORMS
from disputes.services.effects import EFFECTS

#: Written by hand from DESIGN §4 and LAW §10: step, from, to.  "=" keeps the state.
BY_HAND = """
accept              registered                                       accepted
decline             registered                                       declined
unaccept            accepted                                         registered
give_notice         registered accepted assigned mediating suspended =
assign              accepted                                         assigned
recall              assigned                                         accepted
appoint             assigned                                         assigned
reassign            assigned mediating suspended                     assigned
take                assigned                                         mediating
return_assignment   assigned mediating                               accepted
record_session      mediating                                        =
suspend             mediating                                        suspended
resume              suspended                                        mediating
settle              mediating                                        settled
settle_orally       mediating                                        performing
take_effect         settled                                          performing
renegotiate         settled                                          mediating
fail                mediating suspended settled                      failed
terminate           accepted assigned mediating suspended            terminated
withdraw            registered accepted assigned mediating suspended withdrawn
transfer            registered accepted assigned mediating suspended transferred
perform             performing followed_up                           =
follow_up           performing                                       followed_up
archive             followed_up failed terminated withdrawn declined transferred  archived
reopen              archived followed_up performing failed terminated withdrawn declined  accepted
escalate            registered accepted assigned mediating           =
ask_extension       registered accepted assigned mediating suspended settled performing followed_up =
decide_extension    registered accepted assigned mediating suspended settled performing followed_up =
urge                registered accepted assigned mediating suspended settled performing followed_up =
supervise           registered accepted assigned mediating suspended settled performing followed_up =
sponsor             registered accepted assigned mediating suspended settled performing followed_up =
"""
#: Steps that watch over a case: they move nothing, and leave everybody's open page as good as it was.
WATCHING = {
    "ask_extension", "decide_extension", "escalate", "urge", "supervise", "answer_supervision", "lift_supervision",
    "instruct", "report_instruction", "sponsor",
}  # fmt: skip
#: An answer is taken in every state, also when the case was filed meanwhile.
ALWAYS = {"answer_supervision", "lift_supervision", "report_instruction"}


def by_hand():
    for line in BY_HAND.strip().splitlines():
        name, *states, target = line.split()
        yield name, frozenset(states), None if target == "=" else target


@pytest.mark.parametrize(("name", "sources", "target"), list(by_hand()))
def test_the_table_says_what_the_rules_say(name, sources, target):
    row = workflow.TRANSITIONS[name]
    assert (frozenset(map(str, row.sources)), row.target) == (sources, target)


def test_only_correcting_and_risk_are_allowed_in_every_unfiled_state():
    everywhere = {
        name for name, row in workflow.TRANSITIONS.items() if row.sources == frozenset(Status) - {Status.ARCHIVED}
    }
    assert everywhere == {"amend", "report_risk", "instruct"}
    assert {name for name, *_ in by_hand()} | everywhere | ALWAYS == set(workflow.TRANSITIONS)
    assert all(workflow.TRANSITIONS[name].sources == frozenset(Status) for name in ALWAYS)


def test_only_watching_steps_are_quiet_and_none_of_them_moves_the_case():
    quiet = {name for name, row in workflow.TRANSITIONS.items() if row.quiet}
    assert quiet == WATCHING
    assert all(workflow.TRANSITIONS[name].target is None for name in WATCHING)


def test_every_row_has_an_effect_and_a_form():
    assert set(EFFECTS) == set(FORMS) == set(workflow.TRANSITIONS)


def test_every_state_can_be_left_and_reached():
    reached = {Status.REGISTERED} | {row.target for row in workflow.TRANSITIONS.values() if row.target}
    left = set().union(*(row.sources for row in workflow.TRANSITIONS.values() if row.target))
    assert reached == left == set(Status)


def test_leaders_watch_and_nobody_else_who_looks_on_does_anything():
    looks_on = {Role.LEADER, Role.JUSTICE_BUREAU, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
                Role.DEPARTMENT_LIAISON, Role.COURT_LIAISON}  # fmt: skip
    acting = {name for name, row in workflow.TRANSITIONS.items() if row.roles & looks_on}
    assert acting == {"urge", "supervise", "lift_supervision", "instruct", "sponsor"}
    assert all(workflow.TRANSITIONS[name].roles & looks_on == {Role.LEADER} for name in acting)


def test_an_undo_leads_back_to_where_the_step_came_from():
    for row in workflow.TRANSITIONS.values():
        if row.undo:
            back = workflow.TRANSITIONS[row.undo]
            assert back.sources == {row.target} and {back.target} == row.sources and back.roles >= row.roles


@pytest.mark.parametrize(("status", "name"), list(itertools.product(Status, workflow.TRANSITIONS)))
def test_a_step_passes_only_from_its_states_and_for_its_roles(status, name):
    row = workflow.TRANSITIONS[name]
    ungated = SimpleNamespace(**{**row.__dict__, "guards": ()})
    case = SimpleNamespace(status=status)
    for role in Role:
        if status not in row.sources:
            with pytest.raises(WrongState):
                workflow.check(ungated, case, None, {role})
        elif role not in row.roles:
            with pytest.raises(NotPermitted):
                workflow.check(ungated, case, None, {role})
        else:
            workflow.check(ungated, case, None, {role})
