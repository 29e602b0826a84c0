"""Every address x method x role x {own case, neighbour's case, a case that does not exist}.

The list of addresses is read from the resolver: one that is not described here fails the test, so that nothing is
added without saying who may see it.  Canary words in the neighbour's case must never come back to anyone of 上秦镇.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from disputes.models import Dispute
from disputes.workflow import TRANSITIONS
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place

pytestmark = pytest.mark.django_db

CANARY = "金丝雀暗语"
CANARY_NAME = "呼延灼灼"
CANARY_PHONE = "13899990000"

#: Addresses whose object is a case: name -> what else the address takes.
OF_A_CASE = {
    "disputes:detail": {}, "disputes:receipt": {}, "disputes:print": {}, "disputes:preview": {}, "disputes:add_party": {},
    "disputes:reveal": {"uid": "party"}, "disputes:amend_party": {"uid": "party"},
    "api:dispute-detail": {}, "api:dispute-transition": {"name": "accept"},
    **{f"disputes:{name}": {} for name in TRANSITIONS},
}  # fmt: skip
#: Addresses without an object.
PLAIN = {
    "disputes:mediators", "disputes:routing", "disputes:routing_draft", "disputes:routing_add", "disputes:routing_publish",
    "disputes:routing_discard", "disputes:routing_try", "disputes:routing_replay",
    "home", "help", "styleguide", "healthz", "disputes:desk", "disputes:list", "disputes:columns", "disputes:export",
    "disputes:new", "disputes:check", "disputes:suggest", "disputes:drafts", "disputes:save_draft", "disputes:dispatch",
    "disputes:batch_assign", "disputes:urge_many", "disputes:supervision", "disputes:export_supervision",
    "disputes:extensions", "reports:overdue", "disputes:search", "disputes:places", "disputes:categories", "reports:overview",
    "accounts:login", "accounts:logout", "accounts:password", "accounts:me", "accounts:users", "accounts:open_account",
    "accounts:tokens", "accounts:audit", "api:disputes", "api:divisions", "api:categories", "api:transitions", "api:schema",
    "api:docs", "system:tasks", "system:revive", "notices:centre", "notices:read_all", "calendar:year", "calendar:load",
    "notices:digest", "notices:preferences",
    "disputes:rules", "rosters:today", "rosters:week", "rosters:copy", "rosters:swaps", "rosters:residencies",
    "rosters:add_residency",
    "posts:visits", "posts:new_visit", "api:rosters",
}  # fmt: skip
#: Addresses of somebody's account: for 安全管理员 alone, except one's own sessions.
OF_AN_ACCOUNT = {
    "accounts:user": (), "accounts:amend_account": (), "accounts:renew_password": (), "accounts:disable": (),
    "accounts:enable": (), "accounts:grant": (), "accounts:revoke": ("holding",), "accounts:end_session": ("session",),
    "accounts:issue_token": (), "accounts:revoke_token": ("token",), "accounts:end_own_session": (),
}  # fmt: skip
#: A draft is its author's alone, a message its reader's; test_drafts.py and notices/test_centre.py try strangers.  Days of
#: the calendar are everyone's to read; ganzhou/test_calendar.py tries every person.
OTHERS = {
          # Rules are everyone's to read and the district's to change; disputes/test_routing_pages.py tries every person.
          "disputes:routing_change", "disputes:routing_move", "disputes:routing_delete", "disputes:routing_version",
          "disputes:delete_draft", "notices:open", "calendar:day", "calendar:withdraw", "disputes:limit",
          "disputes:warning_rule",
          # Of a visit; posts/test_visits.py tries strangers.
          "posts:visit", "posts:amend_visit",
          # Of a residence or a shift; rosters/test_scope.py tries strangers.
          "rosters:residency", "rosters:amend_residency", "rosters:duties", "rosters:ask_swap", "rosters:accept_swap",
          "rosters:refuse_swap", "rosters:withdraw_swap"}  # fmt: skip
#: Of centres: bookings, rooms, venues, marks.  tests/centre/ tries strangers and neighbours.
PLAIN |= {
    "centre:calendar",
    "centre:book",
    "centre:rooms",
    "centre:new_room",
    "centre:venues",
    "centre:new_venue",
    "centre:checklists",
}
OTHERS |= {
    "centre:booking",
    "centre:move",
    "centre:cancel",
    "centre:notice",
    "centre:room",
    "centre:centre",
    "centre:venue",
    "centre:sheet",
    "centre:mark",
    "centre:checklist",
    "centre:draft",
    "centre:publish",
    "centre:drop",
}
# Tables by role, jobs by author: imports/test_wizard.py and imports/test_mediators.py try strangers.
PLAIN |= {"imports:index", "imports:missing"}
OTHERS |= {
    f"imports:{name}" for name in ("sheet", "template", "export", "job", "progress", "commit", "cancel", "problems")
}
PLAIN |= {
    "mediators:committees", "mediators:found", "mediators:minority", "mediators:mediators", "mediators:appoint",
    "mediators:court_lists", "api:committees", "api:mediators",
}  # fmt: skip
#: Of a committee, a mediator or a list for the court; mediators/test_scope.py tries every person.
OTHERS |= {
    "mediators:committee", "mediators:amend_committee", "mediators:seat", "mediators:leave_seat", "mediators:elect",
    "mediators:mediator", "mediators:amend_mediator", "mediators:status", "mediators:training",
    "mediators:forget_training", "mediators:court_list", "mediators:print_court_list", "mediators:export_court_list",
    "mediators:send_court_list", "mediators:void_court_list",
}  # fmt: skip
#: Places and people of the book of posts: posts/test_scope.py tries every person.
PLAIN |= {
    "posts:board", "posts:six", "posts:export", "posts:officers", "posts:enrol", "posts:officer_search", "posts:chiefs",
    "api:posts",
}  # fmt: skip
OTHERS |= {"posts:village", "posts:fill", "posts:end", "posts:renew", "posts:officer", "posts:amend_officer", "posts:leave",
           "posts:hand_over", "posts:end_leave", "posts:area"}  # fmt: skip
DESCRIBED = set(OF_A_CASE) | PLAIN | set(OF_AN_ACCOUNT) | OTHERS
#: Open to strangers.
PUBLIC = {"accounts:login", "healthz"}

PEOPLE = (
    "clerk", "county_clerk", "dispatcher", "township", "village_worker", "grid_officer", "mediator", "other_mediator",
    "committee_head", "supervisor", "leader", "justice", "court_liaison", "department_liaison", "system_admin",
    "security_admin", "audit_admin",
)  # fmt: skip
#: Those who work in 上秦镇 or for an organisation, and must never see the neighbour's case.
LOCALS = tuple(name for name in PEOPLE if name not in {"county_clerk", "supervisor", "leader", "justice"})


def named_patterns(patterns: list[object], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named_patterns(entry.url_patterns, space)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry


def all_names() -> set[str]:
    return {name for name, _ in named_patterns(get_resolver().url_patterns)}


@pytest.fixture
def people(request: pytest.FixtureRequest) -> dict[str, object]:
    return {name: request.getfixturevalue(name) for name in PEOPLE}


@pytest.fixture
def own(people, clerk, dispatcher, mediator) -> Dispute:
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    return lives.bring(case, "mediating", clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def foreign(people, neighbouring_clerk) -> Dispute:
    return lives.register(
        neighbouring_clerk,
        division=place(NEIGHBOUR_VILLAGE),
        summary=f"{CANARY}：渠水分配争执。",
        claim=CANARY,
        applicants=[{**lives.PERSON, "name": CANARY_NAME, "phone": CANARY_PHONE, "address": CANARY}],
    )


def address(name: str, case: Dispute | None) -> str:
    kwargs: dict[str, object] = {"code": case.code if case else "GZ2099-999999"}
    for key, value in OF_A_CASE[name].items():
        kwargs[key] = (case.parties.first().uid if case else uuid.uuid4()) if value == "party" else value
    return reverse(name, kwargs=kwargs)


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_address_is_described():
    undescribed = all_names() - DESCRIBED
    assert not undescribed, f"say in tests/test_matrix.py who may see: {sorted(undescribed)}"
    assert not DESCRIBED - all_names(), "described but gone"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_the_neighbours_case_answers_as_if_it_did_not_exist(people, own, foreign, method):
    nothing = Dispute.objects.count()
    # No page answers to the rarer methods; one person shows it.
    for person in LOCALS if method in {"get", "post"} else ("clerk",):
        client = signed_in(people[person])
        for name in OF_A_CASE:
            there = getattr(client, method)(address(name, foreign))
            gone = getattr(client, method)(address(name, None))
            assert (there.status_code, scrub(there, foreign)) == (gone.status_code, scrub(gone, None)), (person, name)
            # 403 only where the page is closed to the role whatever the case
            assert there.status_code in {403, 404, 405}, (person, name, there.status_code)
    foreign.refresh_from_db()
    assert (foreign.version, Dispute.objects.count()) == (1, nothing)


def scrub(response: object, case: Dispute | None) -> bytes:
    """The body without what every answer differs in: the request's own number, address and one-time token."""
    import re

    body = response.content  # type: ignore[attr-defined]
    body = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", body)
    body = re.sub(rb"GZ20\d\d-\d{6}", b"", body)
    body = re.sub(rb'"(request_id|instance)": ?"[^"]*"', b"", body)
    return re.sub(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,32}", b"", body)


def test_no_answer_to_a_local_holds_a_word_of_the_neighbours_case(people, own, foreign):
    for person in LOCALS:
        client = signed_in(people[person])
        pages = [reverse(name) for name in PLAIN] + [address(name, own) for name in OF_A_CASE]
        pages += [f"{reverse('disputes:list')}?q={CANARY}&years=all", f"{reverse('disputes:places')}?q=dz"]
        for url in pages:
            check_clean(client.get(url), person, url, but=CANARY if CANARY in url else "")
        for typed in (CANARY, CANARY_NAME, CANARY_PHONE, foreign.code, foreign.code[-4:]):
            check_clean(client.post(reverse("disputes:search"), {"q": typed}), person, typed, but=typed)


def check_clean(response: object, person: str, where: str, but: str = "") -> None:
    if response.status_code == 405:  # type: ignore[attr-defined]
        return
    assert response.status_code < 500, (person, where)  # type: ignore[attr-defined]
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    text = content.decode("utf-8", "replace")
    for word in (CANARY, CANARY_NAME, CANARY_PHONE):
        if word != but:
            assert word not in text, (person, where, word)


def test_strangers_reach_only_the_sign_in_page(own):
    for name in (PLAIN | set(OF_A_CASE)) - PUBLIC:
        url = address(name, own) if name in OF_A_CASE else reverse(name)
        for method in ("get", "post"):
            response = getattr(Client(), method)(url)
            assert response.status_code in {302, 401, 403, 405}, (name, method, response.status_code)
            if response.status_code == 302:
                assert response.url.startswith(reverse("accounts:login")), name


def test_nobody_crashes_a_page_of_their_own_case(people, own):
    """Own case: every step and page answers with a page, a redirect or a refusal in words, never with a failure."""
    for person, user in people.items():
        client = signed_in(user)
        visible = Dispute.objects.visible_to(user).filter(pk=own.pk).exists()
        for name in OF_A_CASE:
            for method in ("get", "post"):
                response = getattr(client, method)(address(name, own))
                allowed = {200, 302, 400, 403, 405, 409, 415, 422, 428} if visible else {403, 404, 405}
                assert response.status_code in allowed, (person, name, method, response.status_code)


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_security_administrator_reaches_accounts(people, method):
    from accounts.models import User

    other = people["clerk"]
    for person, user in people.items():
        if person in {"security_admin", "clerk"}:
            continue
        client = signed_in(user)
        for name, more in OF_AN_ACCOUNT.items():
            url = reverse(name, kwargs={"pk": other.pk, **dict.fromkeys(more, 1)})
            assert getattr(client, method)(url).status_code in {403, 404, 405}, (person, name)
        for name in ("accounts:users", "accounts:open_account", "accounts:tokens"):
            assert getattr(client, method)(reverse(name)).status_code in {403, 404, 405}, (person, name)
    assert User.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_only_the_system_administrator_sees_how_the_portal_runs(people, method):
    for person, user in people.items():
        if person == "system_admin":
            continue
        client = signed_in(user)
        for name in ("system:tasks", "system:revive"):
            assert getattr(client, method)(reverse(name)).status_code == 403, (person, name)
