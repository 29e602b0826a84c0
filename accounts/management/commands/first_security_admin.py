"""Opens the first account of a new installation: ``manage.py first_security_admin USERNAME NAME``.

Every other account is opened by that person in the browser, so this works only while nobody holds the role.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import audit, services
from accounts.choices import Act, Role
from accounts.models import RoleHolding, User
from grids.models import Division


class Command(BaseCommand):
    help = "为新安装的系统开立第一个安全管理员账号，打印一次性初始密码。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if RoleHolding.objects.active(timezone.localdate()).filter(role=Role.SECURITY_ADMIN).exists():
            raise CommandError("已经有安全管理员了，请由其在网页上开立账号。")
        county = Division.objects.filter(pk=settings.COUNTY_CODE).first()
        if county is None:
            raise CommandError("没有区划数据，请先运行 manage.py migrate。")
        if User.objects.filter(username__iexact=options["username"]).exists():
            raise CommandError("这个账号已经有人用了，请换一个。")
        user = User(username=options["username"], name=options["name"])
        password = services.set_initial_password(user)
        RoleHolding.objects.create(user=user, role=Role.SECURITY_ADMIN, division=county, starts_on=timezone.localdate())
        audit.record(Act.ACCOUNT_OPEN, object_type="user", object_id=str(user.pk))
        self.stdout.write(f"账号 {user.username}，初始密码 {password}（72 小时内首次登录并修改）")
