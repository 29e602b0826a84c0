"""Pages of the portal over the whole stack, middleware and template included, on the data that is there.

Everything happens inside one transaction that is rolled back: the sign-ins, tokens and sessions of the measurement
leave nothing behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.choices import Role, Scope
from accounts.models import ApiToken, User
from disputes.choices import Status
from disputes.models import Dispute
from ganzhou.bench.measuring import Cost, machine, measure, table

#: DESIGN §9: CPU milliseconds of portal and database together, and queries; on 100,000 cases.
BUDGETS: Final = {
    "案件列表": (60, 8),
    "案件列表，五个条件": (60, 8),
    "案件页": (50, 15),
    "搜索两个字": (100, None),
    "态势总览": (50, None),
    "接口一页 100 件": (80, None),
}
TWO_CHARACTERS: Final = "土地"


@dataclass(frozen=True)
class Page:
    name: str
    person: User
    fetch: Callable[[], Any]


def run(times: int, write: Callable[[str], Any], *, small: bool = False) -> None:
    """Measure every page and write the table; on the data there is, ``small`` or not."""
    if not Dispute.objects.exists():
        raise CommandError("库中没有案件。先写入演示数据：./portal seed --size S（或 M、L）")
    with _leaving_nothing_behind():
        write(f"{Dispute.objects.count():,} 件；{machine()}；每页 {times} 次，取中位数；CPU 毫秒")
        rows = [_row(page, measure(_checked(page), times)) for page in _pages()]
    for line in table(("页面", "程序", "数据库", "合计", "预算", "查询", "上限", "用时"), rows):
        write(line)


def _row(page: Page, cost: Cost) -> list[str]:
    budget, most = BUDGETS.get(page.name, (None, None))
    is_over = (budget is not None and cost.cpu > budget) or (most is not None and cost.queries > most)
    return [
        page.name + ("  超出" if is_over else ""),
        f"{cost.app:.1f}",
        "--" if cost.database is None else f"{cost.database:.1f}",
        f"{cost.cpu:.1f}",
        "--" if budget is None else str(budget),
        str(cost.queries),
        "--" if most is None else str(most),
        f"{cost.wall:.1f}",
    ]


def _checked(page: Page) -> Callable[[], Any]:
    """A refusal or an error page is cheap: it must not be taken for a measurement."""

    def fetch() -> None:
        answer = page.fetch()
        if answer.status_code != 200:
            raise CommandError(f"{page.name}（{page.person.username}）答复 {answer.status_code}，不能测量。")

    return fetch


@contextmanager
def _leaving_nothing_behind() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _pages() -> Iterator[Page]:
    clerk, dispatcher, leader = (_somebody(role) for role in (Role.CLERK, Role.DISPATCHER, Role.LEADER))
    pages = _browser(clerk)
    cases = Dispute.objects.visible_to(clerk)

    def get(address: str, browser: Client = pages) -> Callable[[], Any]:
        return lambda: browser.get(address)

    listed = reverse("disputes:list")
    yield Page("案件列表", clerk, get(f"{listed}?tab=all"))
    yield Page("案件列表，五个条件", clerk, get(f"{listed}?{_five_conditions(cases)}"))
    yield Page("案件页", clerk, get(reverse("disputes:detail", args=[_longest(cases)])))
    yield Page("搜索两个字", clerk, lambda: pages.post(reverse("disputes:search"), {"q": TWO_CHARACTERS}))
    yield Page("工作台", clerk, get(reverse("disputes:desk")))
    yield Page("分派台", dispatcher, get(reverse("disputes:dispatch"), _browser(dispatcher)))
    yield Page("态势总览", leader, get(reverse("reports:overview"), _browser(leader)))
    program = _program(clerk)
    yield Page("接口一页 100 件", clerk, get(f"{reverse('api:disputes')}?page_size=100&period=all", program))


def _somebody(role: str) -> User:
    """Who holds the role, at the county if anyone does: the widest scope costs most."""
    holders = User.objects.filter(
        is_active=True, role_holdings__role=role, role_holdings__revoked_at=None, must_change_password=False
    )
    found = holders.order_by("role_holdings__division__level", "pk")
    person = found.filter(role_holdings__division__code=settings.COUNTY_CODE).first() or found.first()
    if person is None:
        raise CommandError(f"没有担任“{Role(role).label}”的账号，不能测量。")
    return person


def _browser(person: User) -> Client:
    client = Client(headers={"Host": settings.ALLOWED_HOSTS[0], "User-Agent": "bench"})
    client.defaults["wsgi.url_scheme"] = "https" if settings.SECURE_SSL_REDIRECT else "http"
    client.force_login(person)
    return client


def _program(person: User) -> Client:
    prefix, secret = tokens.new_prefix(), tokens.new_secret()
    now = timezone.now()
    ApiToken.objects.create(
        user=person, name="bench", prefix=prefix, digest=tokens.digest(prefix, secret), scopes=Scope.values,
        issued_by=person, created_at=now, expires_at=now + dt.timedelta(hours=1),
    )  # fmt: skip
    bearer = {"Authorization": f"Bearer {tokens.written(prefix, secret)}"}
    return Client(headers={"Host": settings.ALLOWED_HOSTS[0], **bearer})


def _five_conditions(cases: Any) -> str:
    """Conditions that a fair number of cases meets, whatever the data: the commonest values."""

    def commonest(column: str) -> Any:
        return cases.order_by().values_list(column).annotate(n=Count("pk")).order_by("-n").first()[0]

    chosen = {name: commonest(name) for name in ("status", "source", "risk", "category")}
    return "&".join(f"{name}={value}" for name, value in chosen.items()) + "&tab=all&period=all"


def _longest(cases: Any) -> str:
    """The code of the case in mediation with the longest timeline."""
    in_hand = cases.filter(status=Status.MEDIATING)
    found = (in_hand if in_hand.exists() else cases).annotate(n=Count("events")).order_by("-n", "pk")
    return str(found.values_list("code", flat=True).first())
