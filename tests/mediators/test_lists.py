"""The lists of committees and of mediators: conditions, tabs, order and what a row says."""

import pytest
from django.urls import reverse

from disputes.choices import Status
from mediators.models import Mediator
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, CommitteeFactory, MediatorFactory, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db
COMMITTEES, MEDIATORS = reverse("mediators:committees"), reverse("mediators:mediators")


def names(user, url, **conditions):
    page = tree_of(signed_in(user).get(url, conditions))
    return [words(link) for link in find(page, "td.c-main a.t1")]


def test_committees_by_kind_place_field_and_name(
    supervisor, committee, village_committee, trade_committee, neighbour_committee
):
    assert len(names(supervisor, COMMITTEES)) == 4
    assert names(supervisor, COMMITTEES, kind="trade") == ["甘州区医疗纠纷调委会"]
    assert len(names(supervisor, COMMITTEES, township="620702101000")) == 2
    assert names(supervisor, COMMITTEES, field="15") == ["甘州区医疗纠纷调委会"]
    assert (
        names(supervisor, COMMITTEES, q="医疗") == names(supervisor, COMMITTEES, q="YLJF") == ["甘州区医疗纠纷调委会"]
    )


def test_a_field_finds_its_local_kinds_too(supervisor, trade_committee):
    trade_committee.fields = ["0404"]
    trade_committee.save()
    assert names(supervisor, COMMITTEES, field="04") == ["甘州区医疗纠纷调委会"]
    assert names(supervisor, COMMITTEES, field="05") == []


def test_tabs_count_what_the_other_conditions_leave(supervisor, committee, village_committee, trade_committee):
    page = tree_of(signed_in(supervisor).get(COMMITTEES, {"q": "上秦"}))
    tabs = [words(tab) for tab in find(page, "nav.tabs a")]
    assert tabs == ["全部2", "村1", "乡镇1"]


def test_an_abolished_committee_is_listed_only_when_asked_for(supervisor, trade_committee):
    trade_committee.organisation.is_active = False
    trade_committee.organisation.save()
    assert names(supervisor, COMMITTEES) == []
    assert names(supervisor, COMMITTEES, state="ended") == ["甘州区医疗纠纷调委会"]


def test_the_filter_of_warnings_agrees_with_the_badges(supervisor, seated, committee, neighbour_committee):
    assert len(names(supervisor, COMMITTEES, warning="no_members")) == 1
    page = signed_in(supervisor).get(COMMITTEES, {"warning": "any"}).content.decode()
    rows = page.split("<tbody>")[1]
    assert rows.count("没有登记委员") == 1
    assert "上秦镇人民调解委员会" not in rows


def test_a_committee_s_open_cases_are_counted_and_open_their_list(supervisor, clerk, dispatcher, mediator, committee):
    lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)),
        "mediating",
        clerk=clerk,
        dispatcher=dispatcher,
        mediator=mediator,
    )
    page = tree_of(signed_in(supervisor).get(COMMITTEES))
    link = next(one for one in find(page, "td.n a[href]") if "disputes" in one.get("href"))
    assert words(link) == "1"
    cases = tree_of(signed_in(supervisor).get(link.get("href")))
    assert len(find(cases, "td.c-no a")) == 1


def test_mediators_by_what_they_bring(supervisor, committee):
    one = MediatorFactory(
        committee=committee,
        user=None,
        name="单玉霞",
        kind="lawyer",
        languages=["zh", "mn"],
        specialities=["01"],
        grade="2",
    )
    MediatorFactory(committee=committee, user=None, name="马永福", status="paused")
    for conditions in (
        {"kind": "lawyer"}, {"language": "mn"}, {"language": ["zh", "mn"]}, {"speciality": "01"}, {"grade": "2"},
        {"q": "syx"}, {"status": "serving"}, {"committee": str(committee.pk), "q": "单"},
    ):  # fmt: skip
        assert names(supervisor, MEDIATORS, **conditions) == [one.name], conditions
    assert names(supervisor, MEDIATORS, grade="none") == ["马永福"]
    assert names(supervisor, MEDIATORS, language=["zh", "bo"]) == []
    assert sorted(names(supervisor, MEDIATORS, committee="上秦")) == sorted([one.name, "马永福"])


def test_sorting_by_load_puts_the_least_first_and_says_what_for(supervisor, clerk, dispatcher, mediator, committee):
    lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)),
        "mediating",
        clerk=clerk,
        dispatcher=dispatcher,
        mediator=mediator,
    )
    MediatorFactory(committee=committee, user=None, name="田志文")
    assert names(supervisor, MEDIATORS, sort="load") == ["田志文", "马秀英"]
    assert names(supervisor, MEDIATORS, sort="-load") == ["马秀英", "田志文"]
    text = signed_in(supervisor).get(MEDIATORS, {"sort": "load"}).content.decode()
    assert "便于均衡派单" in text
    assert "不作排名" in text
    assert names(supervisor, MEDIATORS, sort="points") == ["马秀英", "田志文"]  # by name


def test_somebody_paused_who_still_has_cases_is_marked(supervisor, clerk, dispatcher, mediator):
    lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)),
        "mediating",
        clerk=clerk,
        dispatcher=dispatcher,
        mediator=mediator,
    )
    Mediator.objects.update(status="paused")
    assert "在办待移交" in signed_in(supervisor).get(MEDIATORS).content.decode()


def test_unreadable_conditions_are_left_out(supervisor, committee):
    MediatorFactory(committee=committee, user=None, name="田志文")
    for query in ({"kind": "x"}, {"grade": "9"}, {"status": "fired"}, {"q": "\x00"}, {"committee": "9" * 40}):
        assert signed_in(supervisor).get(MEDIATORS, query).status_code == 200, query
    for query in ({"kind": "x"}, {"township": "1"}, {"warning": "x"}, {"state": "x"}, {"page": "-1"}):
        assert signed_in(supervisor).get(COMMITTEES, query).status_code == 200, query


def test_the_lists_cost_the_same_however_many_rows_they_show(supervisor, committee, django_assert_max_num_queries):
    for n in range(15):
        MediatorFactory(committee=committee, user=None, name=f"田志{n}")
    for code in ("620702101206", "620702101207", "620702107203"):
        CommitteeFactory(at=code, kind="village")
    client = signed_in(supervisor)
    for url in (COMMITTEES, MEDIATORS):
        with django_assert_max_num_queries(11):
            assert client.get(url).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(reverse("mediators:committee", args=[committee.pk])).status_code == 200


def test_open_means_what_it_means_in_disputes(supervisor, clerk, dispatcher, mediator, committee):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    lives.bring(case, "mediating", clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    type(case).objects.filter(pk=case.pk).update(status=Status.ARCHIVED)
    page = tree_of(signed_in(supervisor).get(MEDIATORS))
    assert not [one for one in find(page, "td.n a[href]") if "#cases" in one.get("href")]
