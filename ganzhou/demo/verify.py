"""Whether the demo data agrees with the rules of the portal and with what the district knows of itself.

Rules are checked on every row, by SQL and by replaying the events through the table of transitions; shares are
checked with the room that their number of cases leaves to chance.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common.idnumbers import BEIJING, IdNumber, uscc_is_valid
from common.models import Counter
from disputes import workflow
from disputes.choices import OPEN_STATES, Status
from disputes.models import Dispute, DisputeEvent, Party
from ganzhou.demo.people import is_forbidden
from ganzhou.demo.plan import MARK


@dataclass
class Report:
    problems: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    cases: int = 0
    events: int = 0

    @property
    def summary(self) -> str:
        shown = "，".join(
            f"{name} {value:.1%}" if value <= 1 else f"{name} {value:g}" for name, value in self.figures.items()
        )
        return f"{self.cases:,} 件、{self.events:,} 条办理记录；{shown}。"


def verify() -> Report:
    """Check everything.  Reads only."""
    report = Report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        report.cases, report.events = Dispute.objects.count(), DisputeEvent.objects.count()
        for name, sql in RULES.items():
            found = _one(sql)
            if found:
                report.problems.append(f"{name}：{found} 处")
        report.problems += list(_illegal_events())
        report.problems += list(_people())
        report.problems += list(_shares(report))
    return report


def _one(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchone()[0]


#: Each counts the rows that break a rule.
RULES = {
    "状态与最后一条记录不一致": """
        SELECT count(*) FROM disputes_dispute d JOIN LATERAL (
            SELECT to_status, at, count(*) FILTER (WHERE name NOT IN ('book', 'rebook', 'unbook')) OVER () AS steps FROM disputes_disputeevent e
            WHERE e.dispute_id = d.id AND e.actor_id IS NOT NULL ORDER BY number DESC LIMIT 1
        ) last ON true WHERE d.status <> last.to_status OR d.version <> last.steps OR d.changed_at <> last.at""",
    "没有登记记录": """
        SELECT count(*) FROM disputes_dispute d WHERE NOT EXISTS (
            SELECT 1 FROM disputes_disputeevent e WHERE e.dispute_id = d.id AND e.number = 1 AND e.name = 'register'
            AND e.at = d.registered_at AND e.actor_id = d.registered_by_id)""",
    "记录的序号、状态或者时间不衔接": """
        SELECT count(*) FROM (
            SELECT number, at, from_status, row_number() OVER w AS expected, lag(to_status, 1, '') OVER w AS before,
                   lag(at, 1, at) OVER w AS earlier
            FROM disputes_disputeevent WINDOW w AS (PARTITION BY dispute_id ORDER BY number)
        ) e WHERE number <> expected OR from_status <> before OR at < earlier""",
    "记录在将来": "SELECT count(*) FROM disputes_disputeevent WHERE at > now() OR happened_on > (at AT TIME ZONE 'Asia/Shanghai')::date",
    "最近期限与运行的期限不一致": """
        SELECT count(*) FROM disputes_dispute d LEFT JOIN LATERAL (
            SELECT due_on, kind FROM disputes_clockrow c
            WHERE c.dispute_id = d.id AND c.kind <> 'confirm' AND c.met_on IS NULL AND c.expired_on IS NULL AND c.pause_began_on IS NULL
            ORDER BY due_on, id LIMIT 1
        ) c ON true
        WHERE d.next_due_on IS DISTINCT FROM c.due_on
           OR (d.next_due_on IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM disputes_clockrow s WHERE s.dispute_id = d.id AND s.met_on IS NULL AND s.expired_on IS NULL AND s.pause_began_on IS NULL
               AND s.due_on = d.next_due_on AND s.kind = d.next_clock))""",
    "期限早于起算": "SELECT count(*) FROM disputes_clockrow WHERE met_on < started_on OR (due_on < started_on AND kind <> 'perform')",
    "已归档而期限仍在运行": """
        SELECT count(*) FROM disputes_clockrow c JOIN disputes_dispute d ON d.id = c.dispute_id
        WHERE d.status = 'archived' AND c.met_on IS NULL AND c.expired_on IS NULL""",
    "警示台账与期限不一致": """
        SELECT count(*) FROM disputes_clockrow c CROSS JOIN LATERAL (
            SELECT count(DISTINCT level) FILTER (WHERE level <= c.warned) AS stand,
                count(*) FILTER (WHERE level > c.warned AND due_on = c.due_on) AS beyond
            FROM disputes_escalation e WHERE e.clock_id = c.id
        ) e
        WHERE e.beyond > 0 OR e.stand <> (
            SELECT count(*) FROM generate_subscripts(c.warn_days, 1) n WHERE n <= c.warned AND c.warn_days[n] IS NOT NULL)""",
    "督办与台账不一致": """
        SELECT abs((SELECT count(*) FROM disputes_escalation WHERE level IN (2, 3))
            - (SELECT count(*) FROM disputes_supervision WHERE escalation_id IS NOT NULL))
            + (SELECT count(*) FROM disputes_supervision s JOIN disputes_escalation e ON e.id = s.escalation_id
               JOIN disputes_clockrow c ON c.id = e.clock_id
               WHERE (s.lifted_at IS NULL) <> (c.met_on IS NULL AND c.expired_on IS NULL AND e.level <= c.warned AND NOT EXISTS (
                   SELECT 1 FROM disputes_escalation l WHERE l.clock_id = e.clock_id AND l.level = e.level AND l.id > e.id)))""",
    "调解次数不符": """
        SELECT count(*) FROM disputes_dispute d
        WHERE session_count <> (SELECT count(*) FROM disputes_mediationsession s WHERE s.dispute_id = d.id)""",
    "待履行标记不符": """
        SELECT count(*) FROM disputes_dispute d WHERE has_pending_obligations AND NOT EXISTS (
            SELECT 1 FROM disputes_obligation o JOIN disputes_agreement a ON a.id = o.agreement_id
            WHERE a.dispute_id = d.id AND NOT a.is_superseded AND o.state IN ('pending', 'partly'))
          OR status IN ('performing', 'followed_up', 'archived') AND NOT has_pending_obligations AND EXISTS (
            SELECT 1 FROM disputes_obligation o JOIN disputes_agreement a ON a.id = o.agreement_id
            WHERE a.dispute_id = d.id AND NOT a.is_superseded AND o.state IN ('pending', 'partly'))""",
    "应当书面的达成了口头协议": """
        SELECT count(*) FROM disputes_agreement a JOIN disputes_dispute d ON d.id = a.dispute_id
        JOIN disputes_category c ON c.code = d.category_id WHERE a.form = 'oral' AND c.written_only_law <> ''""",
    "生效协议缺当事人签章": """
        SELECT count(*) FROM disputes_agreement a WHERE form = 'written' AND effective_on IS NOT NULL AND
            (SELECT count(*) FROM disputes_signature s WHERE s.agreement_id = a.id)
            <> (SELECT count(*) FROM disputes_party p WHERE p.dispute_id = a.dispute_id)""",
    "日期先后颠倒": """
        SELECT count(*) FROM disputes_dispute d LEFT JOIN disputes_agreement a ON a.dispute_id = d.id
        LEFT JOIN disputes_obligation o ON o.agreement_id = a.id LEFT JOIN disputes_signature s ON s.agreement_id = a.id
        WHERE d.happened_on > d.applied_on OR d.applied_on > (d.registered_at AT TIME ZONE 'Asia/Shanghai')::date
           OR a.agreed_on < d.applied_on OR o.due_on < a.agreed_on OR o.performed_on < a.agreed_on OR s.signed_on < a.agreed_on
           OR s.signed_on > a.effective_on""",
    "回访早于协议生效": """
        SELECT count(*) FROM disputes_followup f JOIN disputes_dispute d ON d.id = f.dispute_id
        WHERE d.times_reopened = 0 AND f.visited_on < d.outcome_on""",
    "未成年当事人没有监护人": """
        SELECT count(*) FROM disputes_party p JOIN disputes_dispute d ON d.id = p.dispute_id
        WHERE p.birth_date + interval '18 years' > d.applied_on AND p.guardian_name = ''""",
    "分派与承办人不一致": """
        SELECT count(*) FROM disputes_dispute d JOIN disputes_assignment a ON a.dispute_id = d.id AND a.ended_at IS NULL
        WHERE a.committee_id IS DISTINCT FROM d.committee_id OR a.mediator_id IS DISTINCT FROM d.mediator_id""",
    "调解员不属于承办的调委会": """
        SELECT count(*) FROM disputes_dispute d JOIN mediators_mediator m ON m.id = d.mediator_id
        WHERE m.committee_id <> d.committee_id""",
    "委员不是本调委会的调解员": """
        SELECT count(*) FROM mediators_committeemember s JOIN mediators_mediator m ON m.id = s.mediator_id
        WHERE m.committee_id <> s.committee_id""",
    "调解员的状态与最后一次变动不一致": """
        SELECT count(*) FROM mediators_mediator m LEFT JOIN LATERAL (
            SELECT to_status, effective_on FROM mediators_statuschange c
            WHERE c.mediator_id = m.id ORDER BY effective_on DESC, id DESC LIMIT 1
        ) last ON true
        WHERE m.status <> coalesce(last.to_status, 'serving')
           OR (last.to_status IS NOT NULL AND m.status_on IS DISTINCT FROM last.effective_on)""",
    "罢免、解聘的人还在委员席位上": """
        SELECT count(*) FROM mediators_committeemember s JOIN mediators_mediator m ON m.id = s.mediator_id
        WHERE s.left_on IS NULL AND m.status IN ('removed', 'dismissed')""",
    "地点路径不符": """
        SELECT count(*) FROM disputes_dispute d JOIN grids_division g ON g.code = d.division_id
        WHERE d.place_path <> g.path OR (g.level = 'village' AND d.township_id IS DISTINCT FROM g.parent_id)""",
    "案件码超出计数": """
        SELECT count(*) FROM disputes_dispute d LEFT JOIN common_counter c ON c.key = 'dispute:' || substr(d.code, 3, 4)
        WHERE c.value IS NULL OR substr(d.code, 8)::int > c.value""",
    "卷号超出计数": """
        SELECT count(*) FROM disputes_filing f LEFT JOIN common_counter c ON c.key = 'filing:' || f.year
        WHERE c.value IS NULL OR f.number > c.value""",
    "卷号与归档先后不符": """
        SELECT count(*) FROM (SELECT filed_on, lag(filed_on) OVER (PARTITION BY year ORDER BY number) AS before FROM disputes_filing) f
        WHERE filed_on < before""",
    "办理记录没有审计": """
        SELECT abs((SELECT count(*) FROM disputes_disputeevent WHERE name <> 'warned')
            - (SELECT count(*) FROM accounts_auditevent WHERE action LIKE 'dispute.%' AND object_type = 'dispute'))""",
    "值班落在休息日": """
        SELECT count(*) FROM rosters_dutyshift s JOIN common_workday w ON w.day = s.day WHERE NOT w.is_workday""",
    "换班与值班表不一致": """
        SELECT count(*) FROM rosters_swaprequest r JOIN rosters_dutyshift s ON s.id = r.shift_id
        WHERE r.state = 'asked' AND (s.name, s.day) IS DISTINCT FROM (r.from_name, r.day)""",
    "案件与来自的入格日志不是一处": """
        SELECT count(*) FROM disputes_dispute d JOIN posts_visit v ON v.id = d.visit_id
        WHERE d.division_id <> v.village_id OR v.visited_on > (d.registered_at AT TIME ZONE 'Asia/Shanghai')::date""",
    "六员空缺过多或者没有": """
        SELECT CASE WHEN gaps BETWEEN 40 AND 80 OR NOT EXISTS (SELECT 1 FROM posts_postholding) THEN 0 ELSE 1 END FROM (
            SELECT count(*) AS gaps FROM grids_division g CROSS JOIN
                unnest(ARRAY['judge', 'procurator', 'police', 'counsel', 'mediator', 'counsellor']) AS want(post)
            WHERE g.level = 'village' AND g.abolished_on IS NULL AND NOT EXISTS (
                SELECT 1 FROM posts_postholding h WHERE h.division_id = g.code AND h.kind = want.post AND h.withdrawn_at IS NULL)
        ) x""",
    "六员的代理人是本人或者超出任职": """
        SELECT count(*) FROM posts_substitution s JOIN posts_postholding h ON h.id = s.holding_id
        WHERE s.officer_id = h.officer_id OR s.starts_on < h.starts_on OR s.ends_on > h.ends_on""",
    "乡镇不在四长片区": """
        SELECT count(*) FROM grids_division g WHERE g.level = 'township' AND g.kind <> 'other' AND g.abolished_on IS NULL
          AND EXISTS (SELECT 1 FROM posts_chiefarea)
          AND NOT EXISTS (SELECT 1 FROM posts_chiefarea a WHERE a.township_id = g.code AND a.ends_on IS NULL)""",
    "预约的人员与预约不一致": """
        SELECT count(*) FROM centre_bookingperson p JOIN centre_booking b ON b.id = p.booking_id
        WHERE p.period <> b.period OR p.is_held <> (b.cancelled_at IS NULL)""",
    "没有记录的预约已不能办": """
        SELECT count(*) FROM centre_booking b JOIN disputes_dispute d ON d.id = b.dispute_id
        WHERE b.cancelled_at IS NULL AND b.session_id IS NULL AND (d.mediator_id IS DISTINCT FROM b.mediator_id)""",
    "分派规则没有现行的一版，或者次序不连续": """
        SELECT ((SELECT count(*) FROM disputes_routingversion WHERE state = 'published') <> 1
            OR EXISTS (SELECT 1 FROM disputes_routingrule GROUP BY version_id HAVING max(position) <> count(*))
        )::int""",
    "证件号码重复而姓名不同": """
        SELECT count(*) FROM (SELECT id_number_index FROM disputes_party WHERE id_number_index <> ''
            GROUP BY 1 HAVING count(DISTINCT name) > 1) x""",
}  # fmt: skip


#: Lines of the timeline that are no step of the table.
QUIET = {"warned", "climb", "book", "rebook", "unbook"}


def _illegal_events() -> Iterator[str]:
    """Every kind of step that was taken, replayed through the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, from_status, to_status, count(*) FROM disputes_disputeevent GROUP BY 1, 2, 3")
        for name, before, after, count in cursor.fetchall():
            if name in QUIET:  # neither the clocks nor appointments move anything
                legal = before == after
            elif name == "register":
                legal = (before, after) == ("", Status.REGISTERED)
            else:
                row = workflow.TRANSITIONS.get(name)
                legal = row is not None and before in row.sources and after == (row.target or before)
            if not legal:
                yield f"办理记录 {name} 从“{before}”到“{after}”不合流程：{count} 条"


def _people(sample: int = 400) -> Iterator[str]:
    """Names of everyone, and the numbers of some."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM disputes_party WHERE kind = 'person' UNION SELECT name FROM accounts_user"
            " UNION SELECT name FROM mediators_mediator UNION SELECT guardian_name FROM disputes_party"
            " UNION SELECT contact_name FROM disputes_party UNION SELECT agent_name FROM disputes_party"
            " UNION SELECT name FROM rosters_dutyshift UNION SELECT contact FROM rosters_residency"
            " UNION SELECT name FROM posts_officer"
        )
        forbidden = sum(is_forbidden(name) for (name,) in cursor.fetchall() if name)
    if forbidden:
        yield f"出现公开报道中的人名：{forbidden} 个"
    wrong = 0
    for party in Party.objects.exclude(id_number="").order_by("uid")[:sample]:
        if party.kind == "person":
            number = IdNumber.parse(party.id_number)
            wrong += not number.is_valid or party.id_number[14:17] != "000" or number.birth_date != party.birth_date
        else:
            wrong += not uscc_is_valid(party.id_number)
    if wrong:
        yield f"证件号码不合规则：{wrong} 个（抽查 {sample} 个）"


# ---- shares

_CLOSED = "outcome <> '' AND outcome_on IS NOT NULL"
_DAYS = """
    SELECT percentile_cont({part}) WITHIN GROUP (ORDER BY b."index" - a."index")
    FROM disputes_dispute d JOIN common_workday a ON a.day = (d.registered_at AT TIME ZONE 'Asia/Shanghai')::date
    JOIN common_workday b ON b.day = d.outcome_on WHERE d.outcome_on IS NOT NULL AND d.times_reopened = 0"""
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATES))

#: name: (lowest, highest, share in SQL, how many the share is of).  PRACTICE D1-D3.
SHARES: dict[str, tuple[float, float, str, str]] = {
    "化解": (0.89, 0.935, f"avg((outcome IN ('written','oral'))::int) FROM disputes_dispute WHERE {_CLOSED}", f"disputes_dispute WHERE {_CLOSED}"),
    "诉前化解": (0.63, 0.73, f"avg((outcome IN ('written','oral'))::int) FROM disputes_dispute WHERE source='court' AND {_CLOSED}", f"disputes_dispute WHERE source='court' AND {_CLOSED}"),
    "转出": (0.025, 0.05, f"avg((outcome='transferred')::int) FROM disputes_dispute WHERE {_CLOSED}", f"disputes_dispute WHERE {_CLOSED}"),
    "口头": (0.31, 0.39, "avg((outcome='oral')::int) FROM disputes_dispute WHERE outcome IN ('written','oral')", "disputes_dispute WHERE outcome IN ('written','oral')"),
    "按期履行": (0.86, 0.90, "avg((state='done' AND performed_on<=due_on)::int) FROM disputes_obligation WHERE due_on<:today AND state<>'pending'", "disputes_obligation WHERE due_on<:today"),
    "参评": (0.28, 0.32, "avg((satisfaction<>'')::int) FROM disputes_followup", "disputes_followup"),
    "满意": (0.89, 0.95, "avg((satisfaction IN ('very','satisfied'))::int) FROM disputes_followup WHERE satisfaction<>''", "disputes_followup WHERE satisfaction<>''"),
    "重开": (0.010, 0.020, "avg((times_reopened>0)::int) FROM disputes_dispute", "disputes_dispute"),
    "高风险": (0.015, 0.028, "avg((risk='high')::int) FROM disputes_dispute", "disputes_dispute"),
    # Most days four in a hundred; on the first morning after a long holiday, when nobody has worked off the days that
    # fell due, ten.
    "在办超期": (0.02, 0.12, f"avg((coalesce(next_due_on < :today, false))::int) FROM disputes_dispute WHERE status IN ({_OPEN})", f"disputes_dispute WHERE status IN ({_OPEN})"),
    "街道": (0.42, 0.48, "avg((township_id < '620702100000')::int) FROM disputes_dispute", "disputes_dispute"),
    "无证件": (0.06, 0.13, "avg((id_kind='none')::int) FROM disputes_party WHERE kind='person'", "disputes_party WHERE kind='person'"),
    "邻里": (0.19, 0.25, "avg((category_id LIKE '02%')::int) FROM disputes_dispute", "disputes_dispute"),
    "婚姻家庭": (0.145, 0.195, "avg((category_id LIKE '01%')::int) FROM disputes_dispute", "disputes_dispute"),
    "劳动": (0.07, 0.11, "avg((category_id LIKE '10%' OR category_id LIKE '11%')::int) FROM disputes_dispute", "disputes_dispute"),
    "物业": (0.06, 0.10, "avg((category_id LIKE '17%')::int) FROM disputes_dispute", "disputes_dispute"),
}  # fmt: skip
#: Median and ninth tenth of working days from registration to result.
DAYS = {"中位工作日": (0.5, 5, 7), "P90 工作日": (0.9, 16, 24)}


def _as_of() -> dt.datetime:
    """The moment at which the demo stands: open and overdue are told as of then."""
    mark = Counter.objects.filter(key=f"{MARK}as_of").values_list("value", flat=True).first()
    return dt.datetime.fromtimestamp(mark, BEIJING) if mark else timezone.now()


def _shares(report: Report) -> Iterator[str]:
    as_of = _as_of()
    today = f"date '{as_of.astimezone(BEIJING):%Y-%m-%d}'"
    for name, (low, high, sql, of) in SHARES.items():
        count = _one(f"SELECT count(*) FROM {of}".replace(":today", today))  # noqa: S608  our own text
        if not count:
            continue
        share = float(_one(f"SELECT {sql}".replace(":today", today)))
        report.figures[name] = share
        # Cases told by hand are a larger part of a small seeding: a hundredth each of a hundred.
        room = 4 * math.sqrt(high * (1 - high) / count) + min(8 / count, 0.1) if count < 6000 else 0.0
        if not low - room <= share <= high + room:
            yield f"{name} {share:.1%}，应在 {low:.1%} 至 {high:.1%} 之间（{count} 件）"
    for name, (part, low, high) in DAYS.items():
        days = _one(_DAYS.format(part=part))
        if days is None:
            continue
        report.figures[name] = float(days)
        room = 60 / math.sqrt(report.cases) if report.cases < 6000 else 0
        if not low - room <= float(days) <= high + room:
            yield f"{name} {days:g}，应在 {low} 至 {high} 之间"
    old = Dispute.objects.filter(
        registered_at__lt=as_of - dt.timedelta(days=300), status__in=("mediating", "suspended")
    )
    if report.cases >= 2000 and not old.exists():
        yield "没有三百天以上的积案"
