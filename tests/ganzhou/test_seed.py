"""The demo data: the same as the portal's own verbs would have written, the same every time, and true to the district."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import demo as demo_accounts
from accounts.choices import Role
from accounts.models import AuditEvent, RoleHolding, User
from common import outbox
from common.idnumbers import IdNumber, uscc_is_valid
from common.models import Counter as RunningNumber
from disputes import services, workflow
from disputes.choices import PartyRole, Status
from disputes.models import Dispute, DisputeEvent, Filing, Party
from disputes.services.sweep import sweep
from ganzhou.demo import accounts, moments, organisations, people, record, scenes, seeding, verify, writing
from ganzhou.demo import plan as plans
from ganzhou.demo.matters import GROUPS
from ganzhou.demo.matters.kinds import SLOTS
from ganzhou.demo.organisations import DEMO_SEATS
from ganzhou.demo.plan import Plan, Size
from ganzhou.demo.telling import Tale
from ganzhou.management.commands.demo_accounts import table, width
from ganzhou.management.commands.seed import ProgressLine
from grids.models import Division
from mediators.models import Committee, Mediator
from tests.conftest import load_reference_data

SMALL = Size(300, 365, 1.0)
#: A Wednesday afternoon, safely past.
A_WEDNESDAY = dt.datetime(2026, 6, 10, 16, 5, tzinfo=moments.BEIJING)


@pytest.fixture(autouse=True)
def accounts_file(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO_ACCOUNTS_FILE = str(tmp_path / "portal" / "demo_accounts.json")
    return Path(settings.DEMO_ACCOUNTS_FILE)


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """One small seeding as of now, for all tests that only look at it; its accounts file."""
    from django.conf import settings

    kept, settings.DEMO_ACCOUNTS_FILE = (
        settings.DEMO_ACCOUNTS_FILE,
        str(tmp_path_factory.mktemp("seed") / "accounts.json"),
    )
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference_data()  # tests without a mark run last, after those that empty every table
        seeding.seed(SMALL, 7)
        yield settings.DEMO_ACCOUNTS_FILE
        transaction.set_rollback(True)
    settings.DEMO_ACCOUNTS_FILE = kept


# ---- what is told


def test_everything_agrees_with_the_rules_and_the_shares(seeded: str) -> None:
    report = verify.verify()
    assert report.problems == []
    assert report.cases == 300 and "化解" in report.summary


def test_verify_sees_a_status_that_no_event_led_to(seeded: str) -> None:
    with transaction.atomic():
        case = Dispute.objects.filter(status=Status.ARCHIVED).first()
        Dispute.objects.filter(pk=case.pk).update(status=Status.FOLLOWED_UP)
        problems = verify.verify().problems
        transaction.set_rollback(True)
    assert any("状态与最后一条记录不一致" in problem for problem in problems)


def test_verify_sees_a_step_that_the_table_does_not_have(seeded: str) -> None:
    with transaction.atomic():
        case = Dispute.objects.filter(status=Status.ARCHIVED).first()
        DisputeEvent.objects.create(
            dispute=case,
            number=99,
            name="take",
            from_status=Status.ARCHIVED,
            to_status=Status.MEDIATING,
            actor_name="甲",
        )
        problems = verify.verify().problems
        transaction.set_rollback(True)
    assert any("take" in problem for problem in problems) and any("不衔接" in problem for problem in problems)


def test_numbers_are_well_formed_and_nobodys(seeded: str) -> None:
    kinds: Counter[str] = Counter()
    for party in Party.objects.exclude(id_number=""):
        if party.kind == "organisation":
            assert uscc_is_valid(party.id_number)
            continue
        number = IdNumber.parse(party.id_number)
        assert number.is_valid and party.id_number[14:17] == "000" and number.birth_date == party.birth_date
        kinds[party.id_number[:6]] += 1
    assert kinds["622201"] > 50 and kinds["620702"] > 50
    phones = [party.phone for party in Party.objects.filter(kind="person") if party.phone]
    assert phones and all(re.fullmatch(r"1\d\d0000\d{4}", phone) for phone in phones)


def test_nobody_bears_the_name_of_somebody_in_the_reports(seeded: str) -> None:
    names = set(Party.objects.values_list("name", flat=True)) | set(User.objects.values_list("name", flat=True))
    assert not {name for name in names if people.is_forbidden(name)}


def test_318_committees_with_about_2000_mediators(seeded: str) -> None:
    kinds = Counter(Committee.objects.values_list("kind", flat=True))
    assert kinds["township"] + kinds["subdistrict"] == 23
    assert (kinds["village"], kinds["community"], kinds["trade"]) == (244, 30, 21)
    assert 1900 <= Mediator.objects.count() <= 2100
    assert not Committee.objects.filter(organisation__division=organisations.DEVELOPMENT_ZONE).exists()


def test_every_role_holding_sits_where_its_role_may_be_held(seeded: str) -> None:
    for holding in RoleHolding.objects.select_related("division", "organisation"):
        holding.clean()


@pytest.mark.django_db
def test_the_long_pending_file_and_the_mass_case_are_told_in_a_full_seeding() -> None:
    told = scenes.starts(moments.of(A_WEDNESDAY), plans.SIZES["S"].cases)
    assert {"pension", "mass-owners", "mass-wages", "mass-seed"} <= told.keys()
    assert moments.of(A_WEDNESDAY) - told["pension"] > 300 * moments.DAY


def test_every_story_has_its_words_and_fits_its_claims_and_deals() -> None:
    share = 0.0
    for part, _, months, matters in GROUPS.values():
        share += part
        assert len(months) == 12
        for matter in matters:
            for story in matter.stories:
                assert max(story.asks) < len(matter.asks) and max(story.deals) < len(matter.deals)
            assert {n for story in matter.stories for n in story.deals} == set(range(len(matter.deals)))
            texts = [story.text for story in matter.stories] + [matter.issue, *matter.asks]
            for deal in matter.deals:
                texts += [deal.words, *deal.owed]
                assert ("{pay}" in deal.words) == any("钱:" in owed for owed in deal.owed), deal
            slots = {slot for text in texts for slot in re.findall(r"{(.*?)}", text)}
            assert slots <= SLOTS.keys() | {"sum", "pay", "when"}
            assert matter.money or not slots & {"sum", "pay"}
    assert share == pytest.approx(1)


# ---- the accounts


def test_every_demo_account_can_sign_in_and_holds_its_role(seeded: str, settings: Any) -> None:
    settings.DEMO_ACCOUNTS_FILE, settings.IS_DEMO = seeded, True
    listed = demo_accounts.listed()
    assert [account.username for account in listed] == [seat.username for seat in DEMO_SEATS]
    assert {Role(seat.role) for seat in DEMO_SEATS} == set(Role)
    for account in listed:
        with transaction.atomic():
            client = Client()
            client.post(reverse("accounts:login"), {"username": account.username, "password": account.password})
            assert "_auth_user_id" in client.session, account.username
            transaction.set_rollback(True)


def test_the_password_file_is_for_its_owner_only(seeded: str) -> None:
    assert stat.S_IMODE(Path(seeded).stat().st_mode) == 0o600
    rows = json.loads(Path(seeded).read_text())
    assert len({row["password"] for row in rows}) == len(rows)


def test_passwords_are_drawn_once(seeded: str, settings: Any) -> None:
    settings.DEMO_ACCOUNTS_FILE = seeded
    before = Path(seeded).read_text()
    with transaction.atomic():
        User.objects.filter(username="tiaojie").update(password="!")  # another database, same installation
        rows = accounts.ensure()
        assert User.objects.get(username="tiaojie").check_password(
            next(r["password"] for r in rows if r["username"] == "tiaojie")
        )
        transaction.set_rollback(True)
    assert Path(seeded).read_text() == before


def test_desks_are_not_empty_today(seeded: str) -> None:
    for seat in DEMO_SEATS:
        user = User.objects.get(username=seat.username)
        if any(row.todo and seat.role in row.roles for row in workflow.TRANSITIONS.values()):
            assert Dispute.objects.awaiting(user).exists(), seat.username
    mediator = User.objects.get(username=organisations.DEMO_MEDIATOR)
    for name in ("take", "record_session", "take_effect", "perform", "follow_up"):
        assert Dispute.objects.awaiting(mediator, name).exists(), name
    own = Dispute.objects.visible_to(mediator)
    assert own.overdue(timezone.localdate()).exists() and own.filter(status=Status.SUSPENDED).exists()
    clerk = User.objects.get(username="shouli-sq")
    assert Dispute.objects.awaiting(clerk, "accept").exists()
    dispatcher = User.objects.get(username="fenliu")
    assert Dispute.objects.awaiting(dispatcher, "assign").exists()
    head = User.objects.get(username=organisations.DEMO_HEAD)
    assert Dispute.objects.awaiting(head, "appoint").exists()


def test_background_accounts_have_no_password(seeded: str) -> None:
    usable = [user.username for user in User.objects.all() if user.has_usable_password()]
    assert sorted(usable) == sorted(seat.username for seat in DEMO_SEATS)


def test_the_table_of_accounts_is_aligned_by_columns_of_the_terminal() -> None:
    rows = [
        {"role": "窗口受理员", "place": "甘州区", "name": "甲", "username": "a", "password": "x"},
        {"role": "网格员", "place": "上秦镇徐赵寨村", "name": "欧阳乙", "username": "bcd", "password": "y"},
    ]
    first, second = table(rows)
    assert width(first[: first.index("x")]) == width(second[: second.index("y")])


# ---- as the portal's own verbs would have written it


def _numbers() -> record.Register:
    """For cases that are told but not written."""
    count = itertools.count(1)
    world = organisations.World.load()
    return record.Register(lambda model: count, lambda case, nth: 4242, world.centre_of)


def _teller(cases: int = 2500) -> seeding.Teller:
    organisations.build(people.People(7, A_WEDNESDAY.date()), A_WEDNESDAY.date())
    return seeding.Teller(Plan.make(7, A_WEDNESDAY, Size(cases, 365, 1.0), "GZ"))


def _a_few_of_each_step(teller: seeding.Teller, each: int = 1) -> list[int]:
    seen: Counter[str] = Counter()
    chosen = []
    for index, (facts, course) in sorted(
        teller.ahead.items(), key=lambda item: len(item[1][0].applicants + item[1][0].respondents)
    ):
        names = {turn.name for turn in course if turn.at <= teller.plan.as_of} | {
            facts.matter.applicants,
            facts.category.official_code,
        }
        if any(seen[name] < each for name in names) and facts.repeat_of is None and len(facts.respondents) < 40:
            seen.update(names)
            chosen.append(index)
    return chosen


@pytest.mark.django_db
def test_a_told_life_is_what_the_services_write() -> None:
    """Lives with every kind of step, told in memory and lived through the real verbs at the same moments."""
    teller = _teller()
    steps = set()
    for index in _a_few_of_each_step(teller):
        tale = teller.tale(index, {})
        told = tale.tell(_numbers())
        steps |= {name for name, *_ in tale.script}
        _compare(told, _live(tale, sorted({line.issued_at for line in told.escalations})))
    told_of = {name for name, row in workflow.TRANSITIONS.items() if not row.quiet}
    assert steps >= told_of - {"unaccept", "amend"}


def _live(tale: Tale, sweeps: list[dt.datetime]) -> Dispute:
    """The same life through the real verbs, with the sweep and its news at the moments at which it had work."""
    given = tale.registration
    sides = dict(given["sides"])
    with time_machine.travel(moments.aware(given["at"]), tick=False):
        case, _ = services.register(
            by=given["by"], data={**given["data"], "links": ()}, applicants=sides[PartyRole.APPLICANT],
            respondents=sides[PartyRole.RESPONDENT], submission_key=given["key"],
        )  # fmt: skip
    for name, at, by, data in tale.script:
        while sweeps and sweeps[0] <= moments.aware(at):
            _sweep_at(sweeps.pop(0))
        with time_machine.travel(moments.aware(at), tick=False):
            case = services.perform(case, name, by=by, data=_real(case, data))
    for moment in sweeps:
        _sweep_at(moment)
    return Dispute.objects.get(pk=case.pk)


def _sweep_at(moment: dt.datetime) -> None:
    with time_machine.travel(moment, tick=False):
        sweep()
        outbox.relay()


def _real(case: Dispute, data: dict[str, Any]) -> dict[str, Any]:
    """Rows instead of the places in their lists by which a tale speaks of them."""
    parties = list(case.parties.all())
    real = dict(data)
    if "obligations" in real:
        real["obligations"] = [{**row, "debtor": parties[row["debtor"]]} for row in real["obligations"]]
    if "signatures" in real:
        real["signatures"] = [{**row, "party": parties[row["party"]]} for row in real["signatures"]]
    if "obligation" in real:
        real["obligation"] = case.current_agreement.obligations.get(number=real["obligation"])
    return real


#: Keys and random values, and what is worked out in a different order: file numbers.
APART = {"id", "uid", "code", "submission_key", "dispute_id", "agreement_id", "party_id", "debtor_id", "object_id",
         "clock_id", "escalation_id"}  # fmt: skip


def _columns(row: Any, model: type[models.Model]) -> dict[str, Any]:
    found = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if f.attname not in APART}
    if "detail" in found:
        found["detail"] = {
            k: v for k, v in json.loads(json.dumps(found["detail"])).items() if k not in ("agreement", "escalation")
        }
    if "text" in found:
        found["text"] = re.sub(r"第 \d+ 号", "第 N 号", found["text"])
    if model is Filing:
        del found["number"]
    return found


def _compare(told: record.Case, lived: Dispute) -> None:
    where = f"{told.code} {[event.name for event in told.events]}"
    assert _columns(told, Dispute) == _columns(lived, Dispute), where
    for kind, name in writing.TABLES[1:]:
        if name == "links":
            continue
        if kind is record.AuditRow:
            rows = AuditEvent.objects.filter(object_id=lived.code).order_by("id")
        else:
            path = "agreement__dispute" if name in ("signatures", "obligations") else "dispute"
            rows = kind.model._default_manager.filter(**{path: lived}).order_by("id")
        mine = [_columns(row, kind.model) for row in getattr(told, name)]
        theirs = [_columns(row, kind.model) for row in rows]
        for own, other in zip(mine, theirs, strict=False):
            assert own == other, f"{where}: {name}: { {k: (v, other[k]) for k, v in own.items() if v != other[k]} }"
        assert len(mine) == len(theirs), f"{where}: {name}"


# ---- once, the same, and only where it belongs


def _content() -> list[Any]:
    """Everything that is told, without the keys the database gives."""
    cases = Dispute.objects.order_by("code").prefetch_related("parties", "events", "clocks")
    return [
        (
            c.code, c.status, c.summary, c.claim, c.amount, c.mediator.name if c.mediator else "", c.next_due_on, c.submission_key,
            [(p.uid, p.name, p.id_number, p.phone, p.address) for p in c.parties.all()],
            [(e.name, e.at, e.actor_name, e.text) for e in c.events.all()],
            [(k.kind, k.due_on, k.met_on) for k in c.clocks.all()],
        )
        for c in cases.select_related("mediator")
    ]  # fmt: skip


def _seed_and_forget(number: int, cases: int = 120) -> list[Any]:
    with transaction.atomic():
        seeding.seed(Size(cases, 365, 1.0), number, as_of=A_WEDNESDAY)
        content = _content()
        transaction.set_rollback(True)
    return content


def test_another_seed_is_another_district() -> None:
    assert people.People(7, A_WEDNESDAY.date()).person("A", 1) != people.People(8, A_WEDNESDAY.date()).person("A", 1)


@pytest.mark.django_db
def test_a_seeding_cut_short_is_taken_up_again_and_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _seed_and_forget(7)
    monkeypatch.setattr(plans, "CHUNK", 40)
    size = Size(120, 365, 1.0)
    assert seeding.seed(size, 7, as_of=A_WEDNESDAY, chunks=1).written == 40

    def dies(cases: list[record.Case]) -> int:
        writing.Table(record.Case).copy(cases)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(writing, "write", dies)
        seeding.seed(size, 7)
    assert Dispute.objects.count() == 40
    # Days later, at another hour: the demo stands where it was begun.
    assert seeding.seed(size, 7).written == 80
    assert _content() == whole
    assert seeding.seed(size, 7).written == 0


def test_a_case_registered_afterwards_gets_the_next_code(seeded: str) -> None:
    for year in {code[2:6] for code in Dispute.objects.values_list("code", flat=True)}:
        codes = Dispute.objects.filter(code__startswith=f"GZ{year}").values_list("code", flat=True)
        assert (
            RunningNumber.objects.get(pk=f"dispute:{year}").value == max(int(code[7:]) for code in codes) == len(codes)
        )
    for year in set(Filing.objects.values_list("year", flat=True)):
        numbers = Filing.objects.filter(year=year).values_list("number", flat=True)
        assert RunningNumber.objects.get(pk=f"filing:{year}").value == max(numbers) == len(numbers)


def test_another_size_or_seed_is_refused(seeded: str) -> None:
    for size, number in ((Size(60, 365, 1.0), 7), (SMALL, 8)):
        with pytest.raises(seeding.Refused, match="已有一套演示数据"):
            seeding.seed(size, number)


@pytest.mark.django_db
def test_a_database_with_real_cases_is_refused(clerk: User, own_village: Division) -> None:
    from tests.disputes import lives

    lives.register(clerk, division=own_village)
    with pytest.raises(CommandError, match="不是演示数据"):
        call_command("seed", cases=50)
    assert Dispute.objects.count() == 1 and not Mediator.objects.exists()


@pytest.mark.django_db
def test_production_is_refused(settings: Any) -> None:
    settings.PROFILE = "production"
    with pytest.raises(CommandError, match="生产环境"):
        call_command("seed", cases=50)
    with pytest.raises(CommandError):
        call_command("demo_accounts")
    assert not Dispute.objects.exists() and not Mediator.objects.exists()


def test_the_command_run_again_checks_and_writes_nothing(
    seeded: str, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEMO_ACCOUNTS_FILE = seeded
    call_command("seed", cases=300, seed=7)
    said = capsys.readouterr().out
    assert "已经齐全" in said and "核对" not in said
    call_command("seed", cases=300, seed=7, verify=True)
    assert "核对通过" in capsys.readouterr().out
    call_command("demo_accounts")
    said = capsys.readouterr().out
    assert "tiaojie" in said and "窗口受理员" in said


def test_progress_is_told_with_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    out = OutputWrapper(io.StringIO())
    line = ProgressLine(out)
    monkeypatch.setattr(line, "began", line.began - 10)
    line(1000, 4000)
    assert re.search(r"25%  1,000/4,000 件  \d+ 件/秒  还需约 30 秒", out.getvalue())


def test_without_demo_data_the_list_of_accounts_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_accounts")
    assert "./portal seed" in capsys.readouterr().out


# ---- at whatever hour it is seeded


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(2026, 6, 7, 3, 0),  # Sunday night
        dt.datetime(2026, 1, 1, 0, 1),  # the first minute of a year
    ],
)
@pytest.mark.django_db
def test_nothing_is_told_of_the_future(moment: dt.datetime) -> None:
    as_of = moment.replace(tzinfo=moments.BEIJING)
    seeding.seed(Size(100, 365, 1.0), 7, as_of=as_of)
    assert not DisputeEvent.objects.filter(at__gt=as_of).exists()
    assert not Dispute.objects.filter(registered_at__gt=as_of).exists()
    mediator = User.objects.get(username=organisations.DEMO_MEDIATOR)
    assert Dispute.objects.awaiting(mediator).count() >= 10
    problems = verify.verify().problems
    assert not [problem for problem in problems if "应在" not in problem]
