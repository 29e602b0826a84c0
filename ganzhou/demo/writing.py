"""Rows into tables: COPY in chunks, each chunk in one transaction with the mark that says it is there."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from common import crypto
from common.fields import EncryptedTextField
from ganzhou.demo import record

_NEEDS = re.compile(r"[\\\t\n\r]")
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def text(value: Any) -> str:
    """A string as COPY reads it.  Hardly any needs it, and looking is cheaper than translating."""
    written = str(value)
    return written.translate(_SPECIAL) if _NEEDS.search(written) else written


def _array(value: Iterable[Any]) -> str:
    return "{" + ",".join(map(_element, value)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int | dt.date):
        return str(value)
    quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return text(f'"{quoted}"')


def _encoder(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    """How a column's value is spelled in COPY's text format."""
    if isinstance(field, models.ForeignKey):
        return str if field.target_field.get_internal_type() == "BigAutoField" else text
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.JSONField):
        return lambda value: text(json.dumps(value, ensure_ascii=False))
    if isinstance(field, models.BooleanField):
        return lambda value: "t" if value else "f"
    if isinstance(field, models.DateTimeField | models.DateField):
        return _moment
    if isinstance(field, models.IntegerField | models.DecimalField | models.UUIDField):
        return str
    return text


def _moment(value: dt.date) -> str:
    return value.isoformat()


class Table:
    """One table being filled."""

    def __init__(self, kind: type[record.Row]) -> None:
        self.model = kind.model
        fields = [f for f in self.model._meta.concrete_fields if kind.with_pk or not f.primary_key]
        self.columns = [f.column for f in fields]
        self.sealed = [(n, f) for n, f in enumerate(fields) if isinstance(f, EncryptedTextField)]
        self.encoders = [_encoder(f) for f in fields]
        self.values = itemgetter(*(f.attname for f in fields))
        self.ring = crypto.key_ring()

    def copy(self, rows: Iterable[record.Row]) -> int:
        """COPY the rows; how many there were."""
        lines = [self._line(row) for row in rows]
        if lines:
            names = ", ".join(f'"{name}"' for name in self.columns)
            with connection.cursor() as cursor:
                sql = f'COPY "{self.model._meta.db_table}" ({names}) FROM STDIN'
                cursor.copy_expert(sql, io.StringIO("".join(lines)))
        return len(lines)

    def _line(self, row: record.Row) -> str:
        values = self.values(row.__dict__)
        if self.sealed:
            values = list(values)
            for place, field in self.sealed:
                if values[place]:
                    values[place] = self.ring.seal(values[place], **field.place(row.uid))
        return (
            "\t".join([NULL if v is None else encode(v) for encode, v in zip(self.encoders, values, strict=True)])
            + "\n"
        )


#: In the order in which rows may refer to one another, and where a case keeps them.
TABLES: tuple[tuple[type[record.Row], str], ...] = (
    (record.Case, ""),
    (record.PartyRow, "parties"),
    (record.LinkRow, "links"),
    (record.EventRow, "events"),
    (record.AuditRow, "audit"),
    (record.AssignmentRow, "assignments"),
    (record.SessionRow, "sessions"),
    (record.SuspensionRow, "suspensions"),
    (record.AgreementRow, "agreements"),
    (record.SignatureRow, "signatures"),
    (record.ObligationRow, "obligations"),
    (record.EndingRow, "endings"),
    (record.FollowUpRow, "follow_ups"),
    (record.FilingRow, "filings"),
    (record.ClockRowInMemory, "clocks"),
    (record.EscalationRow, "escalations"),
    (record.SupervisionRow, "supervisions"),
)


def write(cases: list[record.Case]) -> int:
    """Copy cases with everything that hangs on them; how many rows that were.  Call in a transaction."""
    total = 0
    for kind, name in TABLES:
        rows: Iterable[record.Row] = cases if not name else [row for case in cases for row in getattr(case, name)]
        if kind is record.AuditRow:  # the trail is read in the order in which things happened
            rows = sorted(rows, key=lambda row: row.at)
        total += Table(kind).copy(rows)
    return total


def numbers(model: type[models.Model], block: int = 1000) -> Iterator[int]:
    """Fresh primary keys from the table's own sequence, fetched in blocks; safe beside people at work."""
    table = model._meta.db_table
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, block]
            )
            yield from [row[0] for row in cursor.fetchall()]
