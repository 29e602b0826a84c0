"""The people and tokens of a chaos run."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts import services
from accounts.choices import Role, Scope
from accounts.models import RoleHolding, User
from ganzhou.chaos import effects
from grids.models import Division

TOWNSHIP, VILLAGE, COUNTY = "620702101000", "620702101207", "620702000000"


class Command(BaseCommand):
    help = "故障演练的准备：一名窗口受理员和他的接口令牌。输出 JSON。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clients", type=int, default=8)

    def handle(self, *args: Any, clients: int, **options: Any) -> None:
        effects.create_table()
        security = self._person("chaos-security", "沈洁", Role.SECURITY_ADMIN, COUNTY)
        clerk = self._person("chaos-clerk", "陈晓梅", Role.CLERK, TOWNSHIP)
        # A token each: the interface limits the calls of one token.
        tokens = [
            services.issue_token(clerk, by=security, name=f"演练{n}", scopes=Scope.values, days=1)[1]
            for n in range(clients)
        ]
        self.stdout.write(json.dumps({"tokens": tokens, "place": VILLAGE}))

    @staticmethod
    def _person(username: str, name: str, role: str, at: str) -> User:
        user = User(username=username, name=name, must_change_password=False, password_changed_at=timezone.now())
        user.set_unusable_password()
        user.save()
        RoleHolding.objects.create(
            user=user,
            role=role,
            division=Division.objects.get(code=at),
            starts_on=timezone.localdate() - dt.timedelta(days=1),
        )
        return user
