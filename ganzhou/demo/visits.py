"""入格日志 of the demo: sixty days of going to villages, some of which became cases."""

from __future__ import annotations

import datetime as dt
import random

from accounts.choices import Role
from accounts.models import RoleHolding
from disputes.choices import Source
from disputes.models import Dispute
from ganzhou.demo import moments
from grids.choices import Level
from posts.choices import VisitKind
from posts.models import Visit

DAYS, VISITS, OPENED = 60, 560, 40
K = VisitKind
WEIGHTS = {K.CALL: 44, K.LAW: 16, K.ADVICE: 15, K.MEDIATION: 12, K.STUDY: 7, K.COUNSELLING: 6}
SENTENCES = {
    K.CALL: (
        "到{n}社走访 {h} 户，没有发现新的矛盾。", "看望独居老人，子女在外，约好每周联系一次。", "到{n}社了解灌溉轮水安排，群众没有意见。",
        "走访刚调解过的两户，相处正常。", "到{n}社走访，有两户因地埂相邻有口角，已劝解。", "走访新搬来的租户，告诉了社区电话。",
        "查看{n}社道路施工，提醒施工方注意出入安全。",
    ),
    K.LAW: (
        "在村委会讲民法典相邻关系，发放资料。", "赶集日设点讲反电信诈骗。", "给务工人员讲劳动合同和欠薪维权。", "结合身边案例讲彩礼返还的规定。",
    ),
    K.ADVICE: (
        "群众咨询土地流转合同怎样解除，已说明途径。", "咨询赡养费怎样主张，已告知可以先调解。", "咨询工伤认定的期限，已转人社窗口。", "咨询借条的写法，当场改好。",
    ),
    K.MEDIATION: (
        "当场劝和一起滴水檐口角，双方同意各退一步。", "就牲畜踩踏菜地当场说和，赔了种子钱。", "两户因停车位争执，已划线约定。",
    ),
    K.STUDY: ("和六员一起分析本月纠纷，重点是用水和土地。", "研判{n}社拆迁补偿可能引起的矛盾，明确分头走访。"),
    K.COUNSELLING: ("家庭变故后情绪低落，谈了一小时，约好下周再来。", "与家人长期不和，睡眠不好，已建议就医。"),
}  # fmt: skip
OPENED_BY = (
    "走访时了解到这起纠纷，当事人愿意调解。",
    "群众在村口反映此事，劝说后同意登记调解。",
    "排查中发现，双方僵持不下，建议登记。",
)


def write(seed: int, as_of: dt.datetime) -> None:
    """Write visits and point some of the cases found by 网格排查 to theirs.  Call in a transaction, after the cases."""
    rng = random.Random(f"{seed}/visits")
    today = as_of.astimezone(moments.BEIJING).date()
    authors = [
        (holding.user, holding.division)
        for holding in RoleHolding.objects.filter(
            role__in=(Role.GRID_OFFICER, Role.VILLAGE), division__level=Level.VILLAGE
        )
        .select_related("user", "division")
        .order_by("division", "role", "pk")
    ]
    visits = [_visit(rng, *rng.choice(authors), today, as_of) for _ in range(VISITS)]
    # The demo's own grid officer and village worker have something to look at.
    known = [pair for pair in authors if pair[0].username in ("wangge", "cun")]
    visits += [_visit(rng, *known[n % len(known)], today, as_of) for n in range(16)] if known else []
    Visit.objects.bulk_create(visits)
    _open_cases(rng, today)


def _visit(rng: random.Random, user: object, village: object, today: dt.date, as_of: dt.datetime) -> Visit:
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    said = rng.choice(SENTENCES[kind]).format(n=rng.choice("一二三四五六"), h=rng.randint(3, 28))
    day = today - dt.timedelta(days=int(rng.triangular(0, DAYS, 12)))
    written = moments.aware(moments.at(day.toordinal(), 9 + rng.randrange(9), rng.randrange(60)))
    sealed = kind == K.COUNSELLING
    return Visit(
        village=village, visited_on=day, kind=kind, text="" if sealed else said, note=said if sealed else "",
        people_reached=rng.randint(5, 60) if kind == K.LAW else rng.choice((None, None, 1, 2, 3)),
        author=user, author_name=user.name, recorded_at=min(written, as_of),  # type: ignore[attr-defined]
    )  # fmt: skip


def _open_cases(rng: random.Random, today: dt.date) -> None:
    """The newest cases of villages that were found by 网格排查 came of a visit on the day of registration."""
    rows = Dispute.objects.filter(
        source=Source.GRID, division__level=Level.VILLAGE, registered_at__date__gt=today - dt.timedelta(days=DAYS)
    ).select_related("registered_by")
    cases = list(rows.order_by("-registered_at", "-pk")[:OPENED])
    visits = [
        Visit(
            village_id=case.division_id, visited_on=case.registered_at.astimezone(moments.BEIJING).date(), kind=K.CALL,
            text=rng.choice(OPENED_BY), author=case.registered_by, author_name=case.registered_by.name,
            recorded_at=case.registered_at,
        )
        for case in cases
    ]  # fmt: skip
    for case, visit in zip(cases, Visit.objects.bulk_create(visits), strict=True):
        case.visit = visit
    Dispute.objects.bulk_update(cases, ["visit"])
