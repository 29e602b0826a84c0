"""工作台: to-dos by deadline with the step to take, figures that open the list they count, panels by role."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from disputes import todo
from disputes.choices import Status
from disputes.models import Dispute, IntakeDraft
from tests.disputes import lives
from tests.factories import NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, SIBLING_VILLAGE, place
from tests.pages import find, query_of, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

EVERYONE = (
    "clerk", "dispatcher", "township", "village_worker", "grid_officer", "mediator", "committee_head", "supervisor",
    "leader", "justice", "court_liaison", "department_liaison",
)  # fmt: skip


def desk(user):
    response = signed_in(user).get("/desk/")
    assert response.status_code == 200
    return tree_of(response)


@pytest.fixture
def cases(clerk, dispatcher, mediator, neighbouring_clerk, committee):
    states = (
        Status.REGISTERED, Status.ACCEPTED, Status.MEDIATING, Status.SETTLED, Status.PERFORMING, Status.FOLLOWED_UP,
        Status.FAILED, Status.DECLINED,
    )  # fmt: skip
    made = {}
    for status in states:
        case = lives.register(clerk, division=place(OWN_VILLAGE), risk="high" if status == Status.MEDIATING else "low")
        made[status] = lives.bring(case, status, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    today = timezone.localdate()
    for days, status in ((-2, Status.REGISTERED), (0, Status.ACCEPTED), (2, Status.MEDIATING), (9, Status.SETTLED)):
        Dispute.objects.filter(pk=made[status].pk).update(next_due_on=today + dt.timedelta(days=days))
    without = lives.do(lives.register(clerk, division=place(SIBLING_VILLAGE)), "accept", clerk)
    lives.do(without, "assign", dispatcher, committee=committee, chosen_by="not_asked")
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    Dispute.objects.filter(township=NEIGHBOUR_TOWNSHIP).update(next_due_on=today - dt.timedelta(days=9))
    return made


@pytest.mark.parametrize("fixture", EVERYONE)
def test_both_forms_of_a_to_do_agree(cases, request, fixture):
    user = request.getfixturevalue(fixture)
    by_query = set(Dispute.objects.awaiting(user).values_list("pk", flat=True))
    by_row = {case.pk for case in Dispute.objects.visible_to(user).for_page() if todo.step_for(case, user)}
    assert by_query == by_row


@pytest.mark.parametrize("fixture", EVERYONE)
def test_every_figure_is_the_length_of_the_list_it_opens(cases, request, fixture):
    user = request.getfixturevalue(fixture)
    tree = desk(user)
    boxes = find(tree, "div.figure-box")
    assert len(boxes) == 6
    client = signed_in(user)
    for box in boxes:
        link = find(box, "a.figure-v")[0]
        opened = tree_of(client.get(link.get("href")))
        current = find(opened, "nav.tabs a[aria-current]")[0]
        shown = find(link, "span.num")[0].text
        assert shown == find(current, "span.tab-n")[0].text, words(box)
        assert int(shown) == len(find(opened, "table.table-list td.c-no")), words(box)


@pytest.mark.parametrize("fixture", ["clerk", "dispatcher", "mediator", "township"])
def test_to_dos_stand_by_deadline_with_their_step(cases, request, fixture):
    user = request.getfixturevalue(fixture)
    tree = desk(user)
    rows = find(tree, "table.table-desk td.c-no")
    awaiting = Dispute.objects.awaiting(user)
    assert {find(cell, "a")[0].text for cell in rows} == set(awaiting.values_list("code", flat=True))
    links = [link.get("href") for link in find(tree, "table.table-desk td.c-act a")]
    client = signed_in(user)
    for url in links:
        assert client.get(url).status_code in (200, 409), url  # 409: a gate is closed, and the page says which


def test_groups_come_in_the_order_of_urgency_and_open_their_list(cases, clerk):
    heads = find(desk(clerk), "tr.desk-group a")
    assert [words(head).split()[0] for head in heads] == ["超期", "以后到期"]
    client = signed_in(clerk)
    for head in heads:
        opened = tree_of(client.get("/disputes/" + query_of(head)))
        assert len(find(opened, "table#cases td.c-no")) == int(words(head).split()[1])


def test_a_clerk_sees_drafts_and_what_they_registered_today(cases, clerk):
    IntakeDraft.objects.create(author=clerk, body="{}")
    tree = desk(clerk)
    assert find(tree, "section[aria-labelledby=draft-h]")
    assert len(find(find(tree, "section[aria-labelledby=reg-h]")[0], "li")) == 8  # of nine; the list has the rest
    assert "GZ" in words(find(tree, "section[aria-labelledby=reg-h]")[0])


def test_a_clerk_does_not_see_the_drafts_of_another(cases, clerk, dispatcher):
    IntakeDraft.objects.create(author=dispatcher, body="{}")
    assert not find(desk(clerk), "section[aria-labelledby=draft-h]")


def test_a_mediator_sees_the_next_meetings_and_not_those_past_or_replaced(clerk, dispatcher, mediator, own_village):
    def mediating():
        case = lives.register(clerk, division=own_village)
        return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)

    now = timezone.now()
    coming, replaced, past = mediating(), mediating(), mediating()
    for case, hours in ((coming, 30), (replaced, 40), (past, -40)):
        lives.do(case, "record_session", mediator, record="约定下次。", next_at=now + dt.timedelta(hours=hours))
    lives.do(Dispute.objects.get(pk=replaced.pk), "record_session", mediator, record="提前谈了。")
    panel = find(desk(mediator), "section[aria-labelledby=next-h]")[0]
    assert [link.get("href") for link in find(panel, "a")] == [coming.get_absolute_url()]


def test_a_leader_sees_overdue_cases_by_township_each_with_its_list(cases, leader):
    tree = desk(leader)
    rows = find(find(tree, "section[aria-labelledby=late-h]")[0], "li")
    said = {words(find(row, "a")[0]): (query_of(find(row, "a")[0]), words(find(row, "span.bar-n")[0])) for row in rows}
    assert said == {
        "上秦镇": (f"?tab=late&township={OWN_TOWNSHIP}", "1"),
        "党寨镇": (f"?tab=late&township={NEIGHBOUR_TOWNSHIP}", "1"),
    }
    client = signed_in(leader)
    for url, count in said.values():
        assert len(find(tree_of(client.get("/disputes/" + url)), "table#cases td.c-no")) == int(count)


def test_a_township_centre_sees_its_villages(cases, township):
    rows = find(find(desk(township), "section[aria-labelledby=late-h]")[0], "li a")
    assert [(words(row), urlsplit(row.get("href")).query) for row in rows] == [
        ("徐赵寨村", f"tab=late&division={OWN_VILLAGE}")
    ]


def test_a_case_of_the_township_itself_is_counted_without_a_list_that_would_show_more(clerk, township, own_township):
    lives.register(clerk, division=own_township)
    Dispute.objects.update(next_due_on=timezone.localdate() - dt.timedelta(days=1))
    row = find(find(desk(township), "section[aria-labelledby=late-h]")[0], "li")[0]
    assert words(row).startswith("上秦镇") and not find(row, "a")


@pytest.mark.parametrize("fixture", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_get_a_sober_page_without_any_count(cases, request, fixture):
    tree = desk(request.getfixturevalue(fixture))
    assert not find(tree, "div.figure-box") and not find(tree, "table.table-desk")
    assert "不接触案件内容" in words(tree)


def test_nothing_to_do_is_said_soberly(other_mediator):
    text = words(find(desk(other_mediator), "main#main")[0])
    assert "没有待办" in text and "！" not in text


def test_long_to_do_lists_end_and_say_where_the_rest_is(clerk, own_village, monkeypatch):
    from disputes.views import desk as view

    monkeypatch.setattr(view, "MOST_TODOS", 2)
    for _ in range(3):
        lives.register(clerk, division=own_village)
    tree = desk(clerk)
    assert len(find(tree, "table.table-desk td.c-act")) == 2
    assert "其余在案件列表中" in words(tree)


def test_the_desk_is_masked(cases, clerk):
    assert "李桂兰" not in words(desk(clerk))


@pytest.mark.parametrize(("fixture", "most"), [("clerk", 14), ("mediator", 12), ("leader", 12), ("township", 15)])
def test_the_desk_asks_little(cases, request, fixture, most, django_assert_max_num_queries):
    client = signed_in(request.getfixturevalue(fixture))
    with django_assert_max_num_queries(most):
        client.get("/desk/")


@pytest.mark.parametrize("fixture", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_have_no_case_search(request, fixture):
    tree = desk(request.getfixturevalue(fixture))
    assert "/search/" not in [form.get("action") for form in find(tree, "form")]
    assert not find(tree, "dialog#search-dialog") and not find(tree, "a[data-search-open]")


def test_whoever_works_on_cases_has_it(clerk):
    tree = desk(clerk)
    assert find(tree, "dialog#search-dialog") and find(tree, "form.top-search")
