"""Start-up checks of the database (``check --database default``, and every ``migrate``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def han_are_letters(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """With LC_CTYPE=C the server takes Han for no letters, and regular expressions and upper case go wrong quietly.

    Asked of the server itself rather than read from its settings, so that ICU and built-in locales count too.
    """
    problems: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            problems.append(Error(f"数据库 {alias} 不是 PostgreSQL。", id="common.E011"))
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT '张' ~ '[[:alnum:]]' AND lower('Ä') = 'ä', pg_encoding_to_char(encoding), datctype"
                " FROM pg_database WHERE datname = current_database()"
            )
            knows_han, encoding, ctype = cursor.fetchone()
        if encoding != "UTF8" or not knows_han:
            problems.append(
                Error(
                    f"数据库 {alias} 的编码为 {encoding}、LC_CTYPE 为 {ctype}，不能正确处理中文。",
                    hint="请用 initdb --locale=C.UTF-8 -E UTF8（或 zh_CN.UTF-8）重新建库后恢复数据。",
                    id="common.E010",
                )
            )
    return problems
