"""When a clock falls due and when it warns: one derivation from its start, limit, pauses and extensions.

Works on clock rows wherever they live, in the database or in the memory of the demo: nothing here asks the database.
``services.clocks`` loads and saves what ``Watch`` changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from common import workdays
from common.daycount import Calendar
from disputes import deadlines
from disputes.choices import UNPERFORMED, Status, WarnLevel
from disputes.deadlines import WORKING, Clock, Given, Warn

LADDER: Final = "ladder"


@dataclass(frozen=True)
class Rules:
    """Limits and warnings as they are in force: those of the table, and what the centre put in their place.

    ``limits``: key -> [(since, days)], newest first.  ``warnings``: (key, category code, level of place) -> Warn, where
    an empty code or level means any.
    """

    limits: Mapping[str, list[tuple[dt.date, int]]] = field(default_factory=dict)
    warnings: Mapping[tuple[str, str, str], Warn] = field(default_factory=dict)

    def days(self, clock: Clock, start: dt.date) -> int:
        """The limit for a clock that starts on that day; a statutory one is never anything but the law's."""
        if clock.statutory:
            return clock.days
        return next((days for since, days in self.limits.get(clock.key, ()) if since <= start), clock.days)

    def warn(self, key: str, category: str, level: str) -> Warn:
        """The most particular rule there is: type and level, type, level, any; else the table's own."""
        for asked in ((key, category, level), (key, category, ""), (key, "", level), (key, "", "")):
            if asked in self.warnings:
                return self.warnings[asked]
        return deadlines.WARNINGS[key]


STANDARD: Final = Rules()


# ---- one row


def last_day(start: dt.date, days: int, unit: str) -> dt.date:
    """Last day of a limit: the first day is not counted, a day off at the end rolls on (民法典 第201、203条)."""
    return workdays.add_workdays(start, days) if unit == WORKING else workdays.add_days(start, days)


def pauses_of(row: Any, suspensions: Iterable[Any]) -> list[tuple[dt.date, dt.date]]:
    """The finished stretches that do not count for this clock: suspensions for a reason that stops it."""
    clock = deadlines.BY_KEY.get(row.key)
    if clock is None:
        return []
    return [
        (max(pause.since, row.started_on), pause.until)
        for pause in suspensions
        if pause.reason in clock.pauses and pause.until and pause.until > row.started_on
    ]


def extension_of(row: Any) -> int:
    """Days by which the limit is longer.  What was granted under another rule counts as far as this one allows it."""
    clock = deadlines.BY_KEY.get(row.key)
    return min(row.extended_days, clock.extend.days) if clock and clock.extend else 0


def derive(row: Any, suspensions: Iterable[Any]) -> None:
    """Set ``due_on`` from start, limit, extensions and pauses.  A row without a limit keeps the day it was given."""
    if row.limit is not None:
        pauses = pauses_of(row, suspensions)
        row.paused_days = sum((until - since).days for since, until in pauses)
        lost = (
            sum(workdays.count_workdays(since, until) for since, until in pauses)
            if row.unit == WORKING
            else row.paused_days
        )
        row.due_on = last_day(row.started_on, row.limit + extension_of(row) + lost, row.unit)
    row.is_provisional = workdays.is_provisional(row.started_on, row.due_on)


def set_warnings(row: Any, warn: Warn, today: dt.date) -> None:
    """Work out the days of warning from the due day, and which comes next.

    A due day that moved is a new chance to warn: levels whose new day is still to come are taken back.  Those whose
    new day has come as well stay issued, for the case is as late as they said.
    """
    # What falls due on a day off may be done on the next working day; what was late before its clock began (an
    # agreement that took effect after its first instalment) is warned of from the beginning.
    base = workdays.next_workday(max(row.due_on, row.started_on))
    row.warn_days = [
        max(_days_before(base, warn.remind), row.started_on) if warn.remind is not None else None,
        *(workdays.add_workdays(base, n) if n is not None else None for n in (warn.yellow, warn.red, warn.leader)),
        workdays.add_workdays(base, 1) if row.kind == LADDER else None,
    ]
    if row.warned_due_on != row.due_on:
        issued = enumerate(row.warn_days[: row.warned], start=1)
        row.warned = max((level for level, day in issued if day and day <= today), default=WarnLevel.NONE)
        row.warned_due_on = row.due_on
    _set_next_warning(row)


def _set_next_warning(row: Any) -> None:
    coming = ((level, day) for level, day in enumerate(row.warn_days, start=1) if level > row.warned and day)
    row.next_warn_level, row.next_warn_on = next(coming, (None, None))


#: Why a card is lifted when the thing it asked for was done, and when it need not be done any more.
DONE: Final = "所警示的事项已经办理"
LEFT: Final = "没有办理，该期限不再计算"


def lifted_because(row: Any, level: int) -> str:
    """Why a card of that level is lifted by what became of its clock; empty while it stands."""
    if not row.is_running:
        return LEFT if row.was_left else DONE
    return f"期限已改为 {row.due_on}" if level > row.warned else ""


def stands_again(row: Any, level: int, why: str) -> bool:
    """Whether a card of that level, lifted because its clock had ended, stands again because it runs on."""
    return bool(row.is_running) and level <= row.warned and why in (DONE, LEFT)


#: Weeks without holidays.
PLAIN_WEEKS: Final = Calendar.of({})


def _days_before(day: dt.date, n: int) -> dt.date:
    """``n`` working days before ``day``, but not earlier than in weeks without holidays: a reminder that stood behind a
    long holiday must not jump in front of it, it waits for the first working day after."""
    known, last = workdays.current(), day.toordinal()
    counted = known.nth(known.count_up_to(last) - n)
    plain = PLAIN_WEEKS.nth(PLAIN_WEEKS.count_up_to(last) - n)
    return workdays.next_workday(dt.date.fromordinal(max(counted, plain)))


# ---- all clocks of a case


class Watch:
    """The clocks of one case while something happens to it.

    ``rows`` are all of its clocks; ``make`` builds a new one from keyword values.  Rows that came in or changed are
    collected in ``made`` and ``changed``, those that took warnings back in ``relieved``, those that run on after they
    had ended in ``revived``, those under another rule than before in ``ruled``; saving them and the case, and what becomes of their cards (``lifted_because``,
    ``stands_again``), is the caller's.
    """

    def __init__(
        self, case: Any, rows: Iterable[Any], *, today: dt.date, make: Callable[..., Any], rules: Rules = STANDARD,
        suspensions: Callable[[], Collection[Any]],
    ) -> None:  # fmt: skip
        self.case, self.today, self.rules, self.make, self.suspensions = case, today, rules, make, suspensions
        self.rows = list(rows)
        self.made: list[Any] = []
        self.changed: list[Any] = []
        self.relieved: list[Any] = []
        self.revived: list[Any] = []
        self.ruled: list[Any] = []

    @property
    def running(self) -> list[Any]:
        return [row for row in self.rows if row.is_running]

    @property
    def warnings_changed(self) -> list[Any]:
        """Clocks whose cards and messages may have to go, or to stand again."""
        moved = {id(row) for row in (*self.relieved, *self.revived)}
        return [row for row in self.changed if not row.is_running or id(row) in moved]

    def advance(self, event: str) -> None:
        """End, start, pause, resume and revive clocks because ``event`` happened; set the nearest one on the case."""
        self._follow_pauses()  # before anything ends: a case that failed while it stood still was not late for that
        self._meet(deadlines.met_by(event))
        ends_all = event in {"archive", "reopen"}  # nothing runs in an archive; a reopened case begins anew
        self._leave({row.kind for row in self.running} if ends_all else deadlines.ended_by(event))
        for clock in deadlines.started_by(event, self.case):
            self._leave({clock.kind})
            self.start(clock, self._starts_on(clock))
        for kind in deadlines.taken_back_by(event):
            self._take_back(kind, event)
        if event == "amend":
            self._follow_facts()
        self._follow_suspension(event)
        if event in {"take_effect", "settle_orally", "perform", "reopen"}:
            self._follow_obligations(event)
        self.set_nearest()

    def start(self, clock: Clock, start: dt.date) -> Any:
        """Start a clock on that day.  A right that has lapsed by now is none to remind of."""
        row = self.make(
            key=clock.key, kind=clock.kind, label=clock.label, started_on=start, due_on=start, source=clock.source,
            limit=self.rules.days(clock, start), unit=clock.unit,
        )  # fmt: skip
        derive(row, self.suspensions() if start < self.today else ())
        return None if clock.is_right and row.due_on < self.today else self._add(row)

    def extend(self, row: Any, days: int) -> None:
        """Make a limit longer by so many days of its own unit."""
        row.extended_days += days
        self._touch(row)
        self._rederive(row)
        self.set_nearest()

    def climb(self, row: Any, on: dt.date) -> Any | None:
        """A level of the ladder ran out, or gave the case up: end it and start the next; None above the top."""
        row.expired_on = on
        self._touch(row)
        following = deadlines.BY_KEY.get(f"ladder_{deadlines.rung_of(row.key) + 1}")
        started = self.start(following, on) if following else None
        self.set_nearest()
        return started

    def fire(self) -> Iterator[tuple[Any, int, dt.date]]:
        """Each warning due by today as (row, level, day), oldest first, marked as issued: the sweep, in memory."""
        while True:
            waiting = [r for r in self.running if not r.is_paused and r.next_warn_on and r.next_warn_on <= self.today]
            row = min(waiting, key=lambda r: (r.next_warn_on, r.id), default=None)
            if row is None:
                return
            level, day = row.next_warn_level, row.next_warn_on
            row.warned = level
            _set_next_warning(row)
            self._touch(row)
            yield row, level, day

    def reckon_again(self) -> None:
        """The calendar or the rules changed: derive every running clock anew, from the start it always had."""
        for row in self.running:
            self._rederive(row)
        self.set_nearest()

    def set_nearest(self) -> None:
        binding = (row for row in self.running if not row.is_paused and row.kind not in deadlines.RIGHTS)
        nearest = min(binding, key=lambda row: row.due_on, default=None)
        self.case.next_due_on = nearest.due_on if nearest else None
        self.case.next_clock = nearest.kind if nearest else ""

    # -- parts

    def _start_given(self, clock: Given, start: dt.date, due_on: dt.date) -> None:
        self._add(
            self.make(
                key=clock.key, kind=clock.key, label=clock.label, started_on=start, due_on=due_on, source=clock.source
            )
        )  # fmt: skip

    def _add(self, row: Any) -> Any:
        set_warnings(row, self._warn(row), self.today)
        self.rows.append(row)
        self.made.append(row)
        return row

    def _touch(self, row: Any) -> None:
        if not any(row is other for other in (*self.made, *self.changed)):
            self.changed.append(row)

    def _rederive(self, row: Any) -> None:
        before, issued = dict(vars(row)), row.warned
        derive(row, self.suspensions())
        set_warnings(row, self._warn(row), self.today)
        if row.warned < issued:
            self.relieved.append(row)
        if vars(row) != before:
            self._touch(row)

    def _warn(self, row: Any) -> Warn:
        return self.rules.warn(row.key, self.case.category.official_code, self.case.division.level)

    def _meet(self, kinds: Collection[str]) -> None:
        for row in self.running:
            if row.kind in kinds:
                row.met_on = self.today
                self._touch(row)

    def _leave(self, kinds: Collection[str]) -> None:
        """End what nobody did: it is not late any more, and not done either."""
        for row in self.running:
            if row.kind in kinds:
                row.met_on, row.was_left = self.today, True
                self._touch(row)

    def _starts_on(self, clock: Clock) -> dt.date:
        """Mediation counts from acceptance; of labour disputes from the application (劳动争议调解仲裁法 第14条), unless
        the case came back after it was closed; what may be done with an agreement from the day it is in force.
        Everything else begins with its step."""
        if clock.kind == "confirm":
            return self.case.current_agreement.effective_on
        if clock.kind != "mediate":
            return self.today
        if clock.from_application and not self.case.times_reopened:
            return self.case.applied_on
        return timezone.localdate(self.case.accepted_at)

    def _take_back(self, kind: str, event: str) -> None:
        """What was taken back did not meet the limit: the clock runs on with the day it always had.

        The acceptance of a reopened case met no clock; there it is a new one.
        """
        row = next((row for row in reversed(self.rows) if row.kind == kind), None)
        if event == "unaccept" and self.case.times_reopened:
            self.start(deadlines.BY_KEY[kind], self.today)
        elif row is not None and row.met_on is not None and not row.was_left:
            self._revive(row)

    def _revive(self, row: Any) -> None:
        row.met_on, row.was_left = None, False
        self._touch(row)
        self.revived.append(row)
        self._follow_category()  # it may have been corrected meanwhile
        self._rederive(row)

    def _follow_facts(self) -> None:
        """What was corrected: the category brings its limit, the source its ladder, both and the place their warnings."""
        self._follow_category()
        self._follow_source()
        self._follow_pauses()
        for row in self.running:
            self._rederive(row)

    def _follow_category(self) -> None:
        """A corrected category brings the limit that the case would have had from the beginning, and its start."""
        wanted = next(clock for clock in deadlines.CLOCKS if clock.kind == "mediate" and clock.applies(self.case))
        for row in self.running:
            if row.kind == "mediate" and row.key != wanted.key:
                start = self._starts_on(wanted)
                row.key, row.label, row.source, row.unit = wanted.key, wanted.label, wanted.source, wanted.unit
                row.limit, row.started_on = self.rules.days(wanted, start), start
                self._touch(row)
                self.ruled.append(row)

    def _follow_source(self) -> None:
        """四级七天 is for what was found by the grid: a corrected source takes a case off the ladder or puts it on.

        From the day of registration, like any case of the grid; not once mediation is over.
        """
        first = deadlines.LADDER_CLOCKS[0]
        rungs = [row for row in self.rows if row.kind == LADDER]
        if not first.applies(self.case):
            self._leave({LADDER})
        elif rungs and rungs[-1].was_left:
            self._revive(rungs[-1])
        elif not rungs and any(row.kind in {"accept", "mediate"} for row in self.running):
            self.start(first, timezone.localdate(self.case.registered_at))

    def _follow_suspension(self, event: str) -> None:
        """A suspension for which a day was named has a clock of its own; it ends with the suspension."""
        if self.case.status != Status.SUSPENDED:
            self._meet({deadlines.RESUME.key})
        elif event == "suspend":
            expected = next(pause.expected_on for pause in self.suspensions() if pause.until is None)
            if expected:
                self._start_given(deadlines.RESUME, self.today, expected)

    def _follow_pauses(self) -> None:
        """A clock stands still while mediation is suspended for a reason that stops it; afterwards it is longer by that
        stretch, in its own unit."""
        if self.case.status != Status.SUSPENDED and not any(row.is_paused for row in self.running):
            return
        under_way = next((pause for pause in self.suspensions() if pause.until is None), None)
        for row in self.running:
            clock = deadlines.BY_KEY.get(row.key)
            stands = under_way is not None and clock is not None and under_way.reason in clock.pauses
            began = max(under_way.since, row.started_on) if under_way and stands else None
            if row.pause_began_on != began:
                row.pause_began_on = began
                self._touch(row)
                self._rederive(row)

    def _was_visited(self) -> bool:
        """In this life of the case: what was before a reopening does not count."""
        begun = self.case.accepted_at
        return any(begun is None or visit.recorded_at >= begun for visit in self.case.follow_ups.all())

    def _follow_obligations(self, event: str) -> None:
        """Keep a clock on the nearest unperformed obligation; when none is left, start the follow-up clock.

        An obligation that was dealt with meets its clock, and the next one gets its own, from the same start: what is
        late by then has been for as long.
        """
        agreement = self.case.current_agreement
        pending = [row for row in agreement.obligations.all() if row.state in UNPERFORMED] if agreement else []
        nearest = min(pending, key=lambda row: row.due_on, default=None)
        self.case.has_pending_obligations = nearest is not None
        row = next((row for row in self.running if row.kind == deadlines.PERFORM.key), None)
        if nearest is None:
            self._meet({deadlines.PERFORM.key})
            waiting = any(row.kind == "follow_up" for row in self.running)
            if event != "reopen" and not waiting and not self._was_visited():
                for clock in deadlines.started_by("performed", self.case):
                    self.start(clock, self.today)
        elif row is None or row.due_on != nearest.due_on:
            self._meet({deadlines.PERFORM.key})
            self._start_given(deadlines.PERFORM, row.started_on if row else self.today, nearest.due_on)
