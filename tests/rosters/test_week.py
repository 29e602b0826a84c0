"""Writing a week of duty, and copying one."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from common import workdays
from common.errors import Missing, NotPermitted
from rosters import grid, services
from rosters.choices import Half
from rosters.grid import Cell, Week
from rosters.models import DutyShift, Residency, SwapRequest
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db
WEEK = Week(MONDAY)
TUESDAY = MONDAY + dt.timedelta(days=1)


def there(residency, day=MONDAY):
    return {(one.half, one.name) for one in DutyShift.objects.filter(residency=residency, day=day)}


def write(by, *cells):
    centre = cells[0][0].centre
    return services.write_week(centre, WEEK, [Cell(line.pk, day, typed, was) for line, day, typed, was in cells], by=by)


# ---- what stands in a cell


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("李强", [(Half.DAY, "李强")]),
        (" 李 强 ", [(Half.DAY, "李强")]),
        ("李强/王芳", [(Half.MORNING, "李强"), (Half.AFTERNOON, "王芳")]),
        ("李强／王芳", [(Half.MORNING, "李强"), (Half.AFTERNOON, "王芳")]),
        ("李强/李强", [(Half.DAY, "李强")]),
        ("李强/", [(Half.MORNING, "李强")]),
        ("/王芳", [(Half.AFTERNOON, "王芳")]),
        ("/", []),
        ("", []),
    ],
)
def test_a_cell_says_who_is_there_when(typed, means):
    assert grid.read(typed) == means


@pytest.mark.parametrize("typed", ["一/二/三", "李强13800000000", "李" * 21, "？", "--"])
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(grid.Unreadable):
        grid.read(typed)


def test_a_cell_reads_back_what_was_written(labour):
    for typed in ("李强", "李强/王芳", "李强/", "/王芳", ""):
        DutyShift.objects.all().delete()
        for half, name in grid.read(typed):
            on_duty(labour, name=name, half=half)
        assert grid.said(list(DutyShift.objects.all())) == typed


@pytest.mark.parametrize("text", ["", "2026-W99", "1999-W01", "9999-W01", "W48", "２０２６-W48"])
def test_an_impossible_week_is_the_present_one(text):
    assert Week.read(text, TUESDAY) == WEEK


# ---- writing


def test_a_typed_name_that_is_an_accounts_becomes_that_account(county_dispatcher, labour, department_liaison):
    write(county_dispatcher, (labour, MONDAY, "冯涛", ""), (labour, TUESDAY, "李强", ""))
    assert DutyShift.objects.get(day=MONDAY).user == department_liaison
    assert DutyShift.objects.get(day=TUESDAY).user is None


def test_an_unchanged_cell_keeps_its_row(county_dispatcher, labour):
    kept = on_duty(labour, half=Half.MORNING)
    write(county_dispatcher, (labour, MONDAY, "李强/王芳", "李强/"))
    assert there(labour) == {("am", "李强"), ("pm", "王芳")}
    assert DutyShift.objects.filter(pk=kept.pk).exists()


def test_emptying_a_cell_takes_the_duty_away(county_dispatcher, labour):
    on_duty(labour)
    write(county_dispatcher, (labour, MONDAY, "", "李强"))
    assert there(labour) == set()


def test_two_people_change_places_in_one_save(county_dispatcher, department, centre, labour):
    second = resides(department, centre, window="4")
    on_duty(labour, name="李强")
    on_duty(second, name="王芳")
    write(county_dispatcher, (labour, MONDAY, "王芳", "李强"), (second, MONDAY, "李强", "王芳"))
    assert (there(labour), there(second)) == ({("day", "王芳")}, {("day", "李强")})


def test_somebody_at_another_window_is_refused_beside_the_cell(county_dispatcher, department, centre, labour):
    second = resides(department, centre, window="4")
    on_duty(labour, name="李强")
    with pytest.raises(Missing) as refusal:
        write(county_dispatcher, (second, MONDAY, "李强", ""), (second, TUESDAY, "王芳", ""))
    assert list(refusal.value.fields) == [grid.cell_name(second.pk, MONDAY)]
    assert "已在" in str(refusal.value) and "3 号窗口" in str(refusal.value)
    assert there(second, TUESDAY) == set(), "a week is written whole or not at all"


def test_somebody_typed_twice_is_refused(county_dispatcher, department, centre, labour):
    second = resides(department, centre, window="4")
    with pytest.raises(Missing):
        write(county_dispatcher, (labour, MONDAY, "李强", ""), (second, MONDAY, "李强/", ""))


def test_somebody_on_duty_in_another_centre_is_refused(supervisor, department, own_centre, labour):
    on_duty(resides(department, own_centre, window="1"), name="李强")
    with pytest.raises(Missing):
        write(supervisor, (labour, MONDAY, "李强", ""))


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(county_dispatcher, labour):
    on_duty(labour, name="赵敏")
    with pytest.raises(Missing, match="别人刚改成“赵敏”"):
        write(county_dispatcher, (labour, MONDAY, "李强", ""))
    assert there(labour) == {("day", "赵敏")}


def test_both_typed_the_same_so_nothing_is_wrong(county_dispatcher, labour):
    on_duty(labour, name="李强")
    write(county_dispatcher, (labour, MONDAY, "李强", ""))
    assert there(labour) == {("day", "李强")}


def test_a_day_outside_the_residence_is_refused(county_dispatcher, labour):
    Residency.objects.filter(pk=labour.pk).update(until=MONDAY)
    with pytest.raises(Missing, match="不在入驻期内"):
        write(county_dispatcher, (labour, TUESDAY, "李强", ""))


def test_a_department_fills_its_own_line_only(department_liaison, labour, judges):
    write(department_liaison, (labour, MONDAY, "冯涛", ""))
    with pytest.raises(NotPermitted):
        write(department_liaison, (judges, MONDAY, "赵敏", ""))
    assert not DutyShift.objects.filter(residency=judges).exists()


def test_nothing_changed_leaves_no_trace(county_dispatcher, labour):
    on_duty(labour)
    before = AuditEvent.objects.count()
    assert write(county_dispatcher, (labour, MONDAY, " 李强", "李强")) == 0
    assert AuditEvent.objects.count() == before


def test_a_failed_audit_row_writes_nothing(county_dispatcher, labour, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(services.audit, "record", fail)
    with pytest.raises(RuntimeError):
        write(county_dispatcher, (labour, MONDAY, "李强", ""))
    assert not DutyShift.objects.exists()


def test_a_request_about_a_shift_that_is_gone_lapses(county_dispatcher, department_liaison, labour):
    shift = on_duty(labour, day=dt.date(2026, 11, 25), name="李强")
    swap = SwapRequest.objects.create(
        residency=labour, shift=shift, day=shift.day, half=shift.half, from_name="李强", to_name="王芳", reason="出差",
        asked_by=department_liaison,
    )  # fmt: skip
    write(county_dispatcher, (labour, shift.day, "赵敏", "李强"))
    swap.refresh_from_db()
    assert (swap.state, swap.shift, swap.from_name) == ("lapsed", None, "李强")


# ---- copying


def test_last_week_is_copied_day_by_day(county_dispatcher, labour):
    on_duty(labour, day=MONDAY - dt.timedelta(days=7), name="李强", half=Half.MORNING)
    done = services.copy_week(labour.centre, WEEK, by=county_dispatcher)
    assert there(labour) == {("am", "李强")} and done.shifts == 1


def test_copying_never_overwrites(county_dispatcher, labour):
    on_duty(labour, day=MONDAY - dt.timedelta(days=7), name="李强")
    on_duty(labour, name="赵敏", half=Half.AFTERNOON)
    done = services.copy_week(labour.centre, WEEK, by=county_dispatcher)
    assert there(labour) == {("pm", "赵敏")}
    assert (done.shifts, done.there) == (0, 1)


def test_copying_skips_days_off(county_dispatcher, labour):
    holiday = Week(dt.date(2026, 9, 28))  # Thursday is the first of October
    for n in range(5):
        on_duty(labour, day=holiday.monday - dt.timedelta(days=7 - n), name="李强")
    off = [day for day in holiday.days[:5] if not workdays.is_workday(day)]
    assert off, "the first of October is a holiday"
    done = services.copy_week(labour.centre, holiday, by=county_dispatcher)
    assert (done.shifts, done.holidays) == (5 - len(off), len(off))
    assert not DutyShift.objects.filter(day__in=off).exists()


@pytest.fixture
def own_calendar():
    """What a test changes in the calendar is forgotten with it."""
    yield
    workdays.forget()


@pytest.mark.usefixtures("own_calendar")
def test_the_county_day_off_is_skipped_too(county_dispatcher, labour):
    workdays.set_day(MONDAY, False, note="县庆", source="会议纪要")
    on_duty(labour, day=MONDAY - dt.timedelta(days=7), name="李强")
    done = services.copy_week(labour.centre, WEEK, by=county_dispatcher)
    assert (done.shifts, done.holidays, there(labour)) == (0, 1, set())


def test_copying_leaves_out_who_is_elsewhere_and_who_left(county_dispatcher, department, centre, labour, judges):
    second = resides(department, centre, window="4")
    on_duty(labour, day=MONDAY - dt.timedelta(days=7), name="李强")
    on_duty(second, name="李强")
    on_duty(judges, day=MONDAY - dt.timedelta(days=7), name="赵敏")
    Residency.objects.filter(pk=judges.pk).update(until=MONDAY - dt.timedelta(days=1))
    done = services.copy_week(centre, WEEK, by=county_dispatcher)
    assert (done.shifts, done.busy, done.ended) == (0, 1, 1)


def test_copying_twice_changes_nothing_more(county_dispatcher, labour):
    on_duty(labour, day=MONDAY - dt.timedelta(days=7))
    services.copy_week(labour.centre, WEEK, by=county_dispatcher)
    assert services.copy_week(labour.centre, WEEK, by=county_dispatcher).shifts == 0


# ---- the page


def week_url(centre, edit=True):
    return f"{reverse('rosters:week')}?centre={centre.code}&week=2026-W48" + ("&edit=1" if edit else "")


def test_the_grid_is_written_by_post(client, county_dispatcher, labour):
    client.force_login(county_dispatcher)
    name = grid.cell_name(labour.pk, MONDAY)
    response = client.post(week_url(labour.centre), {name: "李强/王芳", f"was-{name}": ""})
    assert response.status_code == 302
    assert there(labour) == {("am", "李强"), ("pm", "王芳")}


def test_a_bad_cell_keeps_everything_typed(client, county_dispatcher, labour, judges):
    client.force_login(county_dispatcher)
    bad, good = grid.cell_name(labour.pk, MONDAY), grid.cell_name(judges.pk, MONDAY)
    response = client.post(
        week_url(labour.centre), {bad: "一/二/三", f"was-{bad}": "", good: "赵敏", f"was-{good}": ""}
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="一/二/三"' in html and 'value="赵敏"' in html and "一格最多写两个人" in html


def test_after_a_conflict_saving_again_is_ones_own_decision(client, county_dispatcher, labour):
    client.force_login(county_dispatcher)
    on_duty(labour, name="赵敏")
    name = grid.cell_name(labour.pk, MONDAY)
    first = client.post(week_url(labour.centre), {name: "李强", f"was-{name}": ""})
    assert first.status_code == 422 and f'name="was-{name}" value="赵敏"' in first.content.decode()
    client.post(week_url(labour.centre), {name: "李强", f"was-{name}": "赵敏"})
    assert there(labour) == {("day", "李强")}


def test_who_may_not_write_sees_no_inputs(client, clerk, labour):
    client.force_login(clerk)
    assert (
        "<input class=" not in client.get(week_url(labour.centre)).content.decode().split("<main")[1].split("</main")[0]
    )


def test_a_cell_of_another_centre_is_not_read(client, township, labour, department, own_centre):
    own = resides(department, own_centre, window="1")
    client.force_login(township)
    client.post(week_url(own.centre), {grid.cell_name(labour.pk, MONDAY): "李强"})
    assert not DutyShift.objects.exists()


def test_the_page_takes_few_queries(client, county_dispatcher, centre, django_assert_max_num_queries):
    from tests.factories import OrganisationFactory

    for n in range(12):
        line = resides(OrganisationFactory(), centre, window=str(n + 1))
        for day in WEEK.days[:5]:
            on_duty(line, day=day, name="李强")
    client.force_login(county_dispatcher)
    client.get(week_url(centre))
    with django_assert_max_num_queries(12):
        client.get(week_url(centre))
