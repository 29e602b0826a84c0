"""分派规则: read by everyone, changed in a draft by the district's dispatcher and supervisor, tried, published for a reason."""

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from accounts.choices import Role
from accounts.models import AuditEvent
from common.errors import Conflict, GuardRefused, Missing, NotPermitted, NotVisible
from disputes import assignment
from disputes.assignment import routing
from disputes.choices import Destination, Risk, RoutingState
from disputes.models import Category, Dispute, RoutingRule, RoutingVersion
from disputes.services import routing as verbs
from tests.disputes import lives
from tests.factories import COUNTY, NEIGHBOUR_VILLAGE, OWN_VILLAGE, CommitteeFactory, OrganisationFactory
from tests.pages import find, signed_in, tree_of, words
from tests.test_matrix import PEOPLE

pytestmark = pytest.mark.django_db
PAGE, DRAFT, ADD, PUBLISH = "/routing/", "/routing/draft/", "/routing/draft/rules/new/", "/routing/draft/publish/"
TRY, REPLAY = "/routing/try/", "/routing/replay/"
SEED = {"category": "0404", "destination": Destination.NAMED.value, "reason": "{类型}里的制种合同由种业调委会办理"}


@pytest.fixture(autouse=True)
def _read_anew():
    routing.forget_rules()
    yield
    routing.forget_rules()


@pytest.fixture
def editor(person):
    return person("county_dispatcher", "郭志远", Role.DISPATCHER, COUNTY)


@pytest.fixture
def seeds():
    """甘州区种业纠纷调委会."""
    body = OrganisationFactory(code="T-SEED", name="甘州区种业纠纷调委会", kind="committee")
    return CommitteeFactory(organisation=body, kind="trade", fields=["0404"])


@pytest.fixture
def committees(own_village, committee):
    """The village's and the township's."""
    return CommitteeFactory(at=OWN_VILLAGE, kind="village"), committee


def category(code):
    return Category.objects.get(pk=code)


def sentences(tree, where="section[aria-labelledby=rules-h]"):
    return [words(one) for one in find(find(tree, where)[0], "div.routes-main p.t1")]


def published():
    return RoutingVersion.objects.get(state=RoutingState.PUBLISHED)


# -- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [*PEOPLE, "editor"])
def test_everyone_reads_and_only_the_district_changes(request, who):
    client = signed_in(request.getfixturevalue(who))
    may = who in {"supervisor", "editor"}
    version = published().number
    for url in (PAGE, TRY, f"/routing/versions/{version}/"):
        assert client.get(url).status_code == 200, url
    assert client.post(DRAFT).status_code == (302 if may else 403)
    assert RoutingVersion.objects.filter(state=RoutingState.DRAFT).exists() == may
    rule = RoutingRule.objects.order_by("-pk").first().pk
    for url in (DRAFT, ADD, REPLAY, f"/routing/draft/rules/{rule}/"):
        assert client.get(url).status_code == (200 if may else 403), url
    for url in (ADD, PUBLISH, f"/routing/draft/rules/{rule}/"):
        assert client.post(url, {}).status_code == (422 if may else 403), url
    for url in (
        f"/routing/draft/rules/{rule}/move/",
        f"/routing/draft/rules/{rule}/delete/",
        "/routing/draft/discard/",
    ):
        assert client.post(url).status_code == (302 if may else 403), url
    assert published().number == version


def test_what_there_is_not_is_not_found(editor):
    client = signed_in(editor)
    assert client.get("/routing/versions/99/").status_code == 404
    client.post(DRAFT)
    draft = RoutingVersion.objects.get(state=RoutingState.DRAFT)
    assert client.get(f"/routing/versions/{draft.number}/").status_code == 404
    old = published().rules.first().pk
    for way in ("", "move/", "delete/"):
        assert client.post(f"/routing/draft/rules/{old}/{way}", {}).status_code == 404, way
    assert client.post(DRAFT, {"copied_from": "77"}).status_code in {302, 404}
    assert published().rules.count() == 5


# -- the list, in sentences ----------------------------------------------------------------------------------------


def test_the_rules_are_read_in_their_order(clerk):
    assert sentences(tree_of(signed_in(clerk).get(PAGE))) == [rule.sentence for rule in routing.rules_in_force()]


def test_a_rule_says_all_its_conditions(own_village):
    rule = routing.Rule(
        1, 1, "10", "拖欠农民工工资", OWN_VILLAGE, "上秦镇 徐赵寨村", "petition", "high", 5, True, Destination.DISTRICT
    )
    assert rule.sentence == (
        "类型是“拖欠农民工工资”，发生在上秦镇 徐赵寨村，来源是“信访转办”，风险高，涉及 5 人以上，有一方是单位的，派给区级调委会。"
    )


# -- what a rule matches -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"category": "02"}, ""),
        ({"category": "0202"}, ""),
        ({"category": "0201", "category_name": "邻里 › 相邻通行"}, "类型不是“邻里 › 相邻通行”"),
        ({"place": "620702101000"}, ""),
        ({"place": OWN_VILLAGE}, ""),
        ({"place": COUNTY}, ""),
        ({"place": "620702107000", "place_name": "党寨镇"}, "不发生在党寨镇"),
        ({"source": "window"}, ""),
        ({"source": "court"}, "来源不是“法院委派委托”"),
        ({"risk_from": "medium"}, ""),
        ({"risk_from": "high"}, "不是风险高"),
        ({"people_from": 5}, ""),
        ({"people_from": 6}, "涉及人数不到 6 人"),
        ({"has_organisation": True}, "各方都是个人"),
    ],
)
def test_each_condition_matches_or_says_why_not(own_village, rule, why):
    matter = assignment.Matter(category("0202"), own_village, "window", Risk.MEDIUM, 5)
    assert routing.Rule(1, 1, **rule).mismatch(matter) == why


def test_a_rule_after_one_that_takes_all_its_cases_is_never_reached():
    wide = routing.Rule(1, 1, "02", risk_from="medium", destination=Destination.TOWNSHIP)
    narrow = routing.Rule(2, 2, "0202", risk_from="high", people_from=3, destination=Destination.DISTRICT)
    assert wide.covers(narrow) and not narrow.covers(wide)
    field = routing.Rule(3, 1, destination=Destination.FIELD)
    assert not field.covers(narrow)  # a trade that is not there leaves the case to the next


# -- the draft -----------------------------------------------------------------------------------------------------


def test_a_rule_is_added_changed_moved_and_deleted(editor, seeds):
    client = signed_in(editor)
    client.post(DRAFT)
    answer = client.post(ADD, SEED | {"committee": seeds.pk})
    assert answer.status_code == 302 and answer.url.startswith(DRAFT)
    added = RoutingRule.objects.get(committee=seeds)
    assert added.position == 2  # before those that would take some of its cases elsewhere
    first = "类型是“合同 › 制种合同”的，派给甘州区种业纠纷调委会。"
    tree = tree_of(client.get(DRAFT))
    assert sentences(tree)[1] == first and sentences(tree, "section[aria-labelledby=changes-h]") == [first]
    for _ in range(6):
        client.post(f"/routing/draft/rules/{added.pk}/move/", {"way": "up"})
    added.refresh_from_db()
    assert added.position == 1
    client.post(f"/routing/draft/rules/{added.pk}/move/", {"way": "down"})
    form = {"category": "0404", "place": "620702101000", "destination": "township", "reason": "就地办理"}
    assert client.post(f"/routing/draft/rules/{added.pk}/", form).status_code == 302
    assert sentences(tree_of(client.get(DRAFT)))[1].startswith("类型是“合同 › 制种合同”，发生在上秦镇的，派给乡镇")
    added.refresh_from_db()
    assert added.committee is None
    client.post(f"/routing/draft/rules/{added.pk}/delete/")
    rules = routing.rules_of(RoutingVersion.objects.get(state=RoutingState.DRAFT).rules.all())
    assert [rule.position for rule in rules] == [1, 2, 3, 4, 5]
    assert "与现行规则相同" in words(tree_of(client.get(DRAFT)))
    changes = AuditEvent.objects.filter(action=verbs.CHANGE).values_list("detail", flat=True)
    assert {change["change"] for change in changes} == {"add", "move", "change", "delete"}


def test_bad_input_says_why_and_loses_nothing(editor, committees, seeds):
    client = signed_in(editor)
    client.post(DRAFT)
    said = client.post(ADD, {"reason": "随便写的", "people_from": "1"})
    assert said.status_code == 422
    text = said.content.decode()
    assert "请选择派给谁" in text and "至少 2 人" in text and "随便写的" in text
    assert "请选择调委会" in client.post(ADD, {"destination": "named"}).content.decode()
    village = {"destination": "named", "committee": committees[0].pk, "category": "02"}
    assert "只能办理徐赵寨村一带" in client.post(ADD, village).content.decode()
    assert client.post(ADD, village | {"place": OWN_VILLAGE}).status_code == 302
    assert "与第 5 条的条件和去向相同" in client.post(ADD, {"destination": "village"}).content.decode().replace(
        "第 6 条", "第 5 条"
    )


def test_the_draft_says_what_is_never_reached_and_what_is_left_without_a_place(editor):
    client = signed_in(editor)
    client.post(DRAFT)
    client.post(ADD, {"category": "02", "destination": "district", "position": "6"})
    assert "第 5 条在前，这一条轮不到" in words(tree_of(client.get(DRAFT)))
    assert verbs.NO_LAST_RULE in words(tree_of(client.get(DRAFT)))


def test_the_draft_says_which_rules_take_some_of_its_cases_before(editor, seeds):
    client = signed_in(editor)
    client.post(DRAFT)
    client.post(ADD, SEED | {"committee": seeds.pk, "position": "5"})
    text = words(find(tree_of(client.get(DRAFT)), "section[aria-labelledby=rules-h]")[0])
    assert text.count("先接走") == 1 and "其中有的由第 2、3、4 条先接走" in text


def test_places_and_kinds_of_two_rules_meet_or_not():
    def rule(category="", place=""):
        return routing.Rule(1, 1, category, "", place)

    assert rule("04").meets(rule("0404")) and not rule("0401").meets(rule("0404"))
    assert rule(place=OWN_VILLAGE).meets(rule(place="620702101000")) and rule(place=COUNTY).meets(
        rule("04", OWN_VILLAGE)
    )
    assert not rule(place="620702107000").meets(rule(place=OWN_VILLAGE))
    assert rule(place="620702101000").covers(rule(place=OWN_VILLAGE))


def test_discarding_is_asked_on_a_page_that_shows_what_is_lost(editor):
    change(editor)
    text = words(find(tree_of(signed_in(editor).get("/routing/draft/discard/")), "main#main")[0])
    assert "新增" in text and "派给乡镇（街道）调委会。" in text and "现行规则不变" in text


def test_nothing_changes_for_dispatch_before_publishing(editor, committees, own_village):
    matter = assignment.Matter(category("0202"), own_village)
    verbs.open_draft(by=editor)
    verbs.add_rule({"category": category("02"), "destination": "township"}, by=editor, position=1)
    routing.forget_rules()
    assert assignment.suggest(matter).committee == committees[0]


def test_there_is_one_draft_and_the_second_person_reads_whose(editor, supervisor):
    verbs.open_draft(by=editor)
    with pytest.raises(Conflict, match="郭志远 起草"):
        verbs.open_draft(by=supervisor)


@pytest.mark.parametrize("verb", ["open", "add", "publish", "discard"])
def test_a_township_dispatcher_changes_nothing(dispatcher, editor, verb):
    if verb != "open":
        verbs.open_draft(by=editor)
    act = {
        "open": lambda: verbs.open_draft(by=dispatcher),
        "add": lambda: verbs.add_rule({"destination": "village"}, by=dispatcher),
        "publish": lambda: verbs.publish(reason="试", by=dispatcher, revision=1),
        "discard": lambda: verbs.discard(by=dispatcher),
    }[verb]
    with pytest.raises(NotPermitted, match="区级的分流员、中心督办"):
        act()


# -- publishing ----------------------------------------------------------------------------------------------------


def change(editor, **rule):
    verbs.open_draft(by=editor)
    verbs.add_rule({"category": category("02"), "destination": "township", "reason": "先到镇上"} | rule, by=editor)
    return RoutingVersion.objects.get(state=RoutingState.DRAFT)


def test_publishing_puts_the_draft_in_force_at_once(editor, committees, own_village):
    matter = assignment.Matter(category("0202"), own_village)
    before = published()
    draft = change(editor)
    client = signed_in(editor)
    answer = client.post(PUBLISH, {"reason": "主任办公会纪要", "revision": draft.revision})
    assert answer.status_code == 302 and answer.url == PAGE
    suggestion = assignment.suggest(matter)
    assert suggestion.committee == committees[1] and suggestion.reasons[:2] == ("属地上秦镇", "先到镇上")
    before.refresh_from_db()
    assert before.state == RoutingState.SUPERSEDED and before.superseded_at
    now = published()
    assert (now.number, now.reason, now.published_by) == (before.number + 1, "主任办公会纪要", editor)
    audit = AuditEvent.objects.get(action=verbs.PUBLISH)
    assert audit.reason == "主任办公会纪要" and audit.detail == {"before": before.number, "rules": 6}
    history = words(find(tree_of(client.get(PAGE)), "section[aria-labelledby=history-h]")[0])
    assert "主任办公会纪要" in history and "郭志远" in history and "系统初始规则" in history
    said = words(tree_of(client.get(f"/routing/versions/{now.number}/")))
    assert "新增 类型是“邻里”的，派给乡镇（街道）调委会。" in said


def test_publishing_asks_a_reason(editor):
    draft = change(editor)
    answer = signed_in(editor).post(PUBLISH, {"reason": " ", "revision": draft.revision})
    assert answer.status_code == 422 and "请写明为什么改" in answer.content.decode()
    with pytest.raises(Missing):
        verbs.publish(reason="", by=editor, revision=draft.revision)


def test_nobody_publishes_what_they_did_not_see(editor, supervisor):
    draft = change(editor)
    verbs.add_rule({"category": category("03"), "destination": "township"}, by=supervisor)
    client = signed_in(editor)
    answer = client.post(PUBLISH, {"reason": "会议纪要", "revision": draft.revision})
    assert answer.status_code == 409 and "草稿刚刚有改动" in answer.content.decode()
    tree = tree_of(answer)
    assert find(tree, "input[name=revision]")[0].get("value") == str(draft.revision + 1)
    assert "会议纪要" in words(find(tree, "textarea[name=reason]")[0])
    assert published().number != draft.number


def test_rules_that_leave_a_case_without_a_place_are_not_published(editor):
    draft = change(editor)
    verbs.delete_rule(draft.rules.last().pk, by=editor)
    draft.refresh_from_db()
    with pytest.raises(GuardRefused, match="最后一条必须不设条件"):
        verbs.publish(reason="试", by=editor, revision=draft.revision)


def test_what_changes_nothing_is_not_published(editor):
    draft = verbs.open_draft(by=editor)
    with pytest.raises(GuardRefused, match="没有要发布的改动"):
        verbs.publish(reason="试", by=editor, revision=draft.revision)


def test_publishing_writes_all_or_nothing(editor, monkeypatch):
    draft = change(editor)
    before = published().number
    monkeypatch.setattr(verbs.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        verbs.publish(reason="试", by=editor, revision=draft.revision)
    assert published().number == before


def test_back_to_an_earlier_version_is_a_new_draft_copied_from_it(editor):
    first = published()
    verbs.publish(reason="先试行", by=editor, revision=change(editor).revision)
    client = signed_in(editor)
    assert "以这一版为底稿" in words(tree_of(client.get(f"/routing/versions/{first.number}/")))
    client.post(DRAFT, {"copied_from": first.number})
    draft = RoutingVersion.objects.get(state=RoutingState.DRAFT)
    assert draft.copied_from == first and draft.number == first.number + 2
    verbs.publish(reason="试行不顺，改回来", by=editor, revision=draft.revision)
    assert [rule.sentence for rule in routing.rules_in_force()] == [
        rule.sentence for rule in routing.rules_of(first.rules.all())
    ]


def test_a_draft_is_discarded_and_what_is_in_force_stays(editor):
    draft = change(editor)
    before = published()
    client = signed_in(editor)
    client.post("/routing/draft/discard/", {"revision": draft.revision - 1})
    assert RoutingVersion.objects.filter(pk=draft.pk).exists()  # somebody changed it meanwhile
    client.post("/routing/draft/discard/", {"revision": draft.revision})
    assert not RoutingVersion.objects.filter(pk=draft.pk).exists() and published() == before


# -- kept by the database ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda version: version.rules.update(reason="改"),
        lambda version: version.rules.first().delete(),
        lambda version: RoutingRule.objects.create(version=version, position=9, destination="village"),
        lambda version: RoutingVersion.objects.filter(pk=version.pk).update(reason="改"),
        lambda version: RoutingVersion.objects.filter(pk=version.pk).update(number=9),
        lambda version: RoutingVersion.objects.filter(pk=version.pk).update(state="draft", published_at=None),
        lambda version: RoutingVersion.objects.create(number=9, state="published", reason="再发", published_at=version.made_at),
    ],
)  # fmt: skip
def test_a_published_version_is_never_changed(act):
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        act(published())


def test_one_version_is_always_in_force():
    version = published()
    with pytest.raises(DatabaseError, match="always in force"), transaction.atomic():
        RoutingVersion.objects.filter(pk=version.pk).update(state="superseded", superseded_at=version.published_at)
        connection.check_constraints()


def test_a_rule_moves_into_no_published_version(editor):
    draft = change(editor)
    with pytest.raises(DatabaseError), transaction.atomic():
        draft.rules.filter(position=1).update(version=published(), position=99)


# -- trying --------------------------------------------------------------------------------------------------------


def panels(tree):
    return {words(find(one, "h2")[0])[:2]: one for one in find(tree, "section.tried")}


def test_a_real_case_is_tried_under_both_versions(clerk, editor, committees, own_village):
    case = lives.register(clerk, division=own_village)
    change(editor)
    tree = tree_of(signed_in(editor).get(TRY, {"case": case.code.lower()}))
    both = panels(tree)
    assert "派给 徐赵寨村人民调解委员会" in words(both["现行"]) and "派给 上秦镇人民调解委员会" in words(both["草稿"])
    assert "去向不同" in words(both["草稿"])
    now = [words(one) for one in find(both["现行"], "li p.hint")]
    assert now == [
        "符合，但是没有对口的行业性、专业性调委会", "不是风险中以上", "涉及人数不到 10 人", "各方都是个人",
        "适用 发生在徐赵寨村；风险低，先在村（社区）调解",
    ]  # fmt: skip
    would = [words(one) for one in find(both["草稿"], "li p.hint")]
    assert would[4] == "适用 属地上秦镇；先到镇上" and would[5] == "也符合，但是第 5 条在前"


def test_a_made_up_case_is_tried(clerk, committees):
    asked = {"category": "0202", "place": OWN_VILLAGE, "risk": "high", "people_count": "3"}
    tree = tree_of(signed_in(clerk).get(TRY, asked))
    assert list(panels(tree)) == ["现行"]  # the draft is for those who work on it
    assert "派给 上秦镇人民调解委员会" in words(panels(tree)["现行"])
    assert "邻里 › 相邻排水、滴水，上秦镇 徐赵寨村" in words(find(tree, "p#tried")[0])
    assert not Dispute.objects.exists()


def test_what_is_missing_is_asked_for(clerk):
    answer = signed_in(clerk).get(TRY, {"case": ""})
    assert answer.status_code == 422
    assert "请选择纠纷类型" in answer.content.decode() and "请选择发生地" in answer.content.decode()


def test_a_case_out_of_scope_is_not_found(clerk, neighbours_case):
    client = signed_in(clerk)
    there, gone = (
        words(tree_of(client.get(TRY, {"case": code}))).replace(code, "")
        for code in (neighbours_case.code, "GZ2099-999999")
    )
    assert there == gone and "没有找到这件案件" in there
    assert "没有找到这个地方" in client.get(TRY, {"category": "02", "place": NEIGHBOUR_VILLAGE}).content.decode()


def test_the_replay_counts_what_would_go_elsewhere(clerk, editor, committees, own_village):
    neighbours = [lives.register(clerk, division=own_village) for _ in range(2)]
    lives.register(clerk, division=own_village, category="0302")
    change(editor)
    text = words(tree_of(signed_in(editor).get(REPLAY)))
    assert "最近登记的 3 件" in text and "去向不同的 2 件" in text
    assert "2 件徐赵寨村人民调解委员会 → 上秦镇人民调解委员会" in text
    assert all(case.code in text for case in neighbours)


def test_the_replay_asks_no_more_for_more_cases(clerk, editor, committees, own_village, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    change(editor)
    client = signed_in(editor)
    counts = []
    for more in (2, 6):
        for _ in range(more):
            lives.register(clerk, division=own_village)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as made:
            client.get(REPLAY)
        counts.append(len(made))
    assert counts[0] == counts[1] <= 20


def test_the_pages_ask_little(clerk, editor, django_assert_max_num_queries):
    change(editor)
    client = signed_in(editor)
    client.get(PAGE)
    for url, most in ((PAGE, 9), (DRAFT, 9), (TRY, 7), (f"/routing/versions/{published().number}/", 10)):
        with django_assert_max_num_queries(most):
            client.get(url)


def test_a_bad_version_to_copy_is_not_found(editor):
    with pytest.raises(NotVisible):
        verbs.open_draft(by=editor, copied_from=77)


# -- at the same moment --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_the_same_draft_publish_it_once(editor, supervisor):
    draft = change(editor)
    barrier, outcomes = threading.Barrier(2), [None, None]

    def run(number, by):
        try:
            barrier.wait()
            verbs.publish(reason="会议纪要", by=by, revision=draft.revision)
            outcomes[number] = "done"
        except Conflict as refusal:
            outcomes[number] = refusal.sentence
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate((editor, supervisor))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["done", "草稿已经发布或者废弃，请重新打开。"])
    assert RoutingVersion.objects.filter(state=RoutingState.PUBLISHED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_open_a_draft_open_one(editor, supervisor):
    barrier, outcomes = threading.Barrier(2), []

    def run(by):
        try:
            barrier.wait()
            verbs.open_draft(by=by)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(by,)) for by in (editor, supervisor)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
