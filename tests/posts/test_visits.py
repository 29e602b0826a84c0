"""入格日志: one screen, one sentence; within one's places; no figure about a person."""

import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.choices import Role
from accounts.models import AuditEvent
from posts.models import Visit
from posts.visits import services
from tests.factories import COUNTY, NEIGHBOUR_VILLAGE, OWN_VILLAGE, SIBLING_VILLAGE, place

pytestmark = pytest.mark.django_db
LIST, NEW = "posts:visits", "posts:new_visit"


def written(by, village=OWN_VILLAGE, kind="call", said="到三社走访，邻里和睦。", **more):
    more = {"visited_on": timezone.localdate()} | more
    return services.record(by=by, village=place(village), kind=kind, said=said, **more)[0]


def typed(**more):
    return {
        "kind": "call",
        "said": "到三社走访。",
        "village": OWN_VILLAGE,
        "visited_on": "今天",
        "people_reached": "",
    } | more


def sheet_of(response):
    """The rows of a workbook that was answered."""
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )


# ---- writing


def test_one_sentence_is_enough(client, grid_officer):
    client.force_login(grid_officer)
    start = client.get(reverse(NEW)).context["form"].initial
    assert (start["village"].pk, start["visited_on"]) == (OWN_VILLAGE, timezone.localdate()), "prefilled"
    assert client.post(reverse(NEW), typed(village=start["village"].pk)).url == reverse(LIST)
    visit = Visit.objects.get()
    assert (visit.text, visit.author, visit.kind, visit.people_reached) == ("到三社走访。", grid_officer, "call", None)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"said": "  "}, "请写一句情况"),
        ({"visited_on": "明天"}, "日期不能晚于今天"),
        ({"visited_on": "2019-01-01"}, "只能补记一年以内"),
        ({"people_reached": "0"}, "覆盖人数至少 1 人"),
        ({"kind": "打卡"}, "请从列出的事由中选择"),
        ({"village": NEIGHBOUR_VILLAGE}, "请从列出的村（社区）中选择"),
        ({"case": "GZ2099-000001"}, "没有找到这个案件码"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, grid_officer, wrong, sentence):
    place(NEIGHBOUR_VILLAGE)
    client.force_login(grid_officer)
    response = client.post(reverse(NEW), typed(**wrong))
    assert response.status_code == 422 and sentence in response.content.decode()
    assert not Visit.objects.exists()


def test_the_same_page_sent_twice_is_one_visit(client, grid_officer):
    client.force_login(grid_officer)
    uid = str(client.get(reverse(NEW)).context["form"].initial["uid"])
    for _ in range(2):
        assert client.post(reverse(NEW), typed(uid=uid)).status_code == 302
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "villages"),
    [
        ("grid_officer", {OWN_VILLAGE}),
        ("village_worker", {OWN_VILLAGE}),
        ("mediator", {OWN_VILLAGE, SIBLING_VILLAGE}),
        ("township", {OWN_VILLAGE, SIBLING_VILLAGE}),
    ],
)
def test_people_write_of_the_villages_they_work_in(request, client, who, villages):
    for code in (OWN_VILLAGE, SIBLING_VILLAGE, NEIGHBOUR_VILLAGE):
        place(code)
    client.force_login(request.getfixturevalue(who))
    offered = client.get(reverse(NEW)).context["form"].fields["village"].queryset
    assert villages <= set(offered.values_list("pk", flat=True))
    assert NEIGHBOUR_VILLAGE not in offered.values_list("pk", flat=True)


@pytest.mark.parametrize("who", ["clerk", "supervisor", "leader", "justice", "court_liaison", "system_admin"])
def test_whoever_does_not_go_to_villages_writes_nothing(request, client, who):
    client.force_login(request.getfixturevalue(who))
    assert client.post(reverse(NEW), typed()).status_code == 403
    assert not Visit.objects.exists()


def test_a_correction_is_the_authors_alone(client, grid_officer, village_worker):
    visit = written(grid_officer)
    url = reverse("posts:amend_visit", args=[visit.uid])
    client.force_login(village_worker)
    assert client.post(url, typed(said="改")).status_code == 403
    client.force_login(grid_officer)
    assert client.post(url, typed(said="到四社走访。", people_reached="12")).status_code == 302
    visit.refresh_from_db()
    assert (visit.text, visit.people_reached) == ("到四社走访。", 12)


def test_writing_leaves_an_audit_row_without_a_word_of_it(grid_officer):
    visit = written(grid_officer, said="张某某家里吵架")
    event = AuditEvent.objects.get(action="visit.record")
    assert event.object_id == str(visit.uid) and "张某某" not in str(event.detail) + event.reason


def test_a_failed_audit_row_writes_nothing(grid_officer, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(services.audit, "record", fail)
    with pytest.raises(RuntimeError):
        written(grid_officer)
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "change", [{"text": ""}, {"kind": "counselling"}, {"people_reached": 0}, {"kind": "checkin"}]
)  # fmt: skip
def test_the_database_keeps_a_visit_whole(grid_officer, change):
    visit = written(grid_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**change)


# ---- reading


def test_visits_are_read_in_ones_own_places(
    grid_officer, person, clerk, township, supervisor, court_liaison, security_admin, mediator
):
    other = person("grid2", "李秀兰", Role.GRID_OFFICER, NEIGHBOUR_VILLAGE)
    own, foreign = written(grid_officer), written(other, NEIGHBOUR_VILLAGE)
    for user in (grid_officer, clerk, township, mediator):
        assert set(Visit.objects.visible_to(user)) == {own}, user
    assert set(Visit.objects.visible_to(supervisor)) == {own, foreign}
    for user in (court_liaison, security_admin):
        assert not Visit.objects.visible_to(user).exists()


def test_a_committee_of_the_county_reads_what_its_own_people_wrote(grid_officer, person):
    from tests.factories import CommitteeFactory, MediatorFactory, OrganisationFactory

    trade = CommitteeFactory(
        organisation=OrganisationFactory(name="甘州区医疗纠纷调委会", kind="committee", division=place(COUNTY))
    )
    user = MediatorFactory(committee=trade, name="杨文斌", username="trade_mediator").user
    written(grid_officer)
    own = written(user)
    assert set(Visit.objects.visible_to(user)) == {own}


def test_whoever_holds_a_post_writes_and_reads_there(client, person, department, grid_officer):
    from posts.choices import PostKind
    from posts.models import Officer, PostHolding

    user = person("police1", "周铁军", Role.DEPARTMENT_LIAISON, department)
    visit = written(grid_officer)
    assert not Visit.objects.visible_to(user).exists()
    officer = Officer.objects.create(name="周铁军", organisation=department, user=user)
    PostHolding.objects.create(
        division=place(OWN_VILLAGE), kind=PostKind.POLICE, officer=officer, starts_on=dt.date(2026, 1, 1)
    )
    assert list(Visit.objects.visible_to(user)) == [visit]
    client.force_login(user)
    assert client.post(reverse(NEW), typed()).status_code == 302


def test_out_of_sight_is_not_there(client, clerk, person):
    visit = written(person("grid2", "李秀兰", Role.GRID_OFFICER, NEIGHBOUR_VILLAGE), NEIGHBOUR_VILLAGE)
    client.force_login(clerk)
    for name in ("posts:visit", "posts:amend_visit"):
        assert client.get(reverse(name, args=[visit.uid])).status_code == 404


def test_the_list_narrows_by_place_kind_and_period(client, township, grid_officer):
    today = timezone.localdate()
    new = written(grid_officer, kind="law", said="普法讲座")
    old = written(grid_officer, visited_on=today - dt.timedelta(days=40))
    sibling = written(township, SIBLING_VILLAGE)
    client.force_login(township)

    def shown(**query):
        return {row["url"] for row in client.get(reverse(LIST), query).context["rows"]}

    assert shown() == {one.get_absolute_url() for one in (new, old, sibling)}
    assert shown(kind="law") == {new.get_absolute_url()}
    assert shown(village=SIBLING_VILLAGE) == {sibling.get_absolute_url()}
    assert shown(period="30d") == {new.get_absolute_url(), sibling.get_absolute_url()}
    assert shown(tab="mine") == {sibling.get_absolute_url()}


def test_numbers_that_are_nobodys_business_are_not_listed(client, township, grid_officer):
    written(grid_officer, said="已联系 13812345678。")
    client.force_login(township)
    assert "13812345678" not in client.get(reverse(LIST)).content.decode()


def test_no_page_counts_or_narrows_by_person(client, township, grid_officer):
    written(grid_officer)
    client.force_login(township)
    form = client.get(reverse(LIST)).context["fields"]
    assert not {"author", "recorded_by"} & {field.name for field in form}
    assert client.get(reverse(LIST), {"author": grid_officer.pk}).context["pager"]["total"] == 1


def test_the_export_holds_the_list_under_its_conditions(client, township, grid_officer):
    written(grid_officer, kind="law", said="普法讲座", people_reached=30)
    written(grid_officer)
    client.force_login(township)
    response = client.post(f"{reverse(LIST)}?kind=law")
    rows = sheet_of(response)
    assert rows[1][:5] == ["日期", "乡镇（街道）", "村（社区）", "事由", "情况"]
    assert [row[4:6] for row in rows[2:]] == [["普法讲座", 30]]
    assert AuditEvent.objects.get(action="visit.export").detail["rows"] == 1


def test_the_list_takes_few_queries(client, township, grid_officer, django_assert_max_num_queries):
    for n in range(12):
        written(grid_officer, said=f"第 {n} 次")
    client.force_login(township)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(13):
        client.get(reverse(LIST))


def test_the_villages_page_shows_the_latest_and_nothing_sealed(client, township, grid_officer, court_liaison):
    for n in range(6):
        written(grid_officer, said=f"第 {n} 次走访")
    sealed = written(grid_officer, kind="counselling", said="金丝雀心事")
    url = reverse("posts:village", args=[OWN_VILLAGE])
    client.force_login(township)
    html = client.get(url).content.decode()
    assert "第 5 次走访" in html and "第 1 次走访" not in html
    assert sealed.get_absolute_url() in html and "金丝雀心事" not in html
    client.force_login(court_liaison)
    assert "第 5 次走访" not in client.get(url).content.decode(), "whoever reads no visits sees none here"
