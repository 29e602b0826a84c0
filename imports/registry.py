"""What can be imported and exported: one declaration for each table, made by the app that owns it.

    # mediators/importing.py, loaded from AppConfig.ready()
    @register
    class Mediators(Sheet):
        key, title, unit = "mediators", "调解员", "人"
        columns = (Column("name", "姓名", Text(50), required=True, example="示例甲"), …)
        …

The wizard, the template, the export, the preview, the report of missing fields and their tests follow from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from imports.cells import Kind, Wrong
from imports.choices import Verdict
from imports.reading import Wanted

#: Heading of the column of problems in a report; a report that was mended is uploaded as it is.
PROBLEMS = "问题"
EXAMPLE = "示例"


@dataclass(frozen=True)
class Column:
    """One column: its header, its kind, and what the person who fills it in is told."""

    key: str
    header: str
    kind: Kind
    required: bool = False
    hint: str = ""
    example: str = ""
    #: Why the record cannot be used well without it; such columns are in the report of missing fields.
    needed: str = ""
    #: Written on export and read for matching, but never changed by an import.
    fixed: bool = False

    @property
    def said(self) -> str:
        return self.hint or self.kind.usual_hint


@dataclass(frozen=True)
class Record:
    """A row that is in the database: its key, its values by column, and where it is shown."""

    pk: Any
    values: Mapping[str, Any]
    label: str = ""
    #: Code of the township it belongs to, '' for the county's own.
    township: str = ""


@dataclass
class Planned:
    """What committing one row of the file would do."""

    number: int
    verdict: Verdict = Verdict.UNCHANGED
    label: str = ""
    #: What stands in the file, as it would be exported; and, for a refused row, as it was typed.
    cells: dict[str, Any] = field(default_factory=dict)
    #: Column key to the sentence on its cell; '' holds what is wrong with the row as a whole.
    errors: dict[str, str] = field(default_factory=dict)
    #: Column key to (before, after), as exported.
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    record: Record | None = None

    def refuse(self, column: str, sentence: str) -> None:
        """Note the first thing that is wrong with a cell."""
        self.errors.setdefault(column, sentence)
        self.verdict = Verdict.REFUSED


class Sheet:
    """A table that can be filled from a spreadsheet.  Subclasses say what it is and how a row is found and written.

    ``look`` is whatever ``load`` returns: every look-up a run needs, read in a few statements, so that planning
    10,000 rows asks the database nothing more.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    #: Measure word: 人, 个.
    unit: ClassVar[str] = "条"
    about: ClassVar[str] = ""
    columns: ClassVar[Sequence[Column]]
    #: Columns without which ``match`` cannot find the record of a row.
    keys: ClassVar[Sequence[str]] = ()
    #: Who may import and export here.
    roles: ClassVar[Collection[str]] = frozenset()
    #: Nobody but the author sees the rows, not even 系统管理员: for case ledgers.
    confidential: ClassVar[bool] = False
    most_rows: ClassVar[int] = 20_000
    #: Order on the index page: what others refer to comes first.
    order: ClassVar[int] = 50

    # ---- what the owner writes

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Any:
        """The look-ups of one run.  ``rows`` are the raw values of the file when it is planned, by column key, so that
        a large table need not be loaded whole; None for a template or an export."""
        raise NotImplementedError

    def records(self, user: Any, look: Any) -> Iterator[Record]:
        """What ``user`` may export, in a fixed order."""
        raise NotImplementedError

    def match(self, values: Mapping[str, Any], look: Any) -> Record | None:
        """The record a row of the file speaks of, or None for a new one.  Raises Wrong."""
        raise NotImplementedError

    def identity(self, values: Mapping[str, Any]) -> Any:
        """What two rows of one file may not have in common; None when a row has none."""
        raise NotImplementedError

    def check(self, row: Planned, user: Any, look: Any) -> None:
        """Refuse what no cell shows by itself: the row's place is not the person's, two columns disagree.

        A record outside of the person's places is refused in the words of one that does not exist.
        """

    def check_whole(self, rows: list[Planned], user: Any, look: Any) -> None:
        """Rules between rows; may append rows with number 0 for records that would end."""

    def count(self, user: Any) -> int:
        """How many records ``user`` may export."""
        return sum(1 for _ in self.records(user, self.load(user)))

    def lacks(self, record: Record) -> list[Column]:
        """The needed columns that are empty in a record."""
        return [column for column in self.needed if record.values.get(column.key) in (None, "", [])]

    def url(self, record: Record) -> str:
        """The page of a record, for the report of missing fields."""
        return ""

    def lock(self, keys: Sequence[Any]) -> None:
        """In the committing transaction: hold the records that were to change, so that nobody edits them meanwhile."""

    def apply(self, rows: Sequence[Planned], by: Any, look: Any) -> None:
        """Write new, changed and ended rows, set-wise.  In the caller's transaction."""
        raise NotImplementedError

    # ---- what follows from it

    def may(self, user: Any) -> bool:
        return bool(user.holds(*self.roles))

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            title=self.title,
            headers=[column.header for column in self.columns],
            required=[column.header for column in self.columns if column.required],
            most_rows=self.most_rows,
            ignored=[PROBLEMS],
            others={sheet.title: [c.header for c in sheet.columns] for sheet in every() if sheet.key != self.key},
        )

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def written(self, values: Mapping[str, Any], look: Any) -> dict[str, Any]:
        """The cells of a record, as they are exported."""
        return {column.key: column.kind.write(values.get(column.key), look) for column in self.columns}

    @property
    def needed(self) -> list[Column]:
        return [column for column in self.columns if column.needed]


_sheets: dict[str, Sheet] = {}


def register(declared: type[Sheet]) -> type[Sheet]:
    """Add a table to the wizard.  Raises ValueError when its key is taken."""
    if declared.key in _sheets:
        raise ValueError(f"{declared.key} is declared twice")
    _sheets[declared.key] = declared()
    return declared


def every() -> list[Sheet]:
    return sorted(_sheets.values(), key=lambda sheet: (sheet.order, sheet.key))


def of(user: Any) -> list[Sheet]:
    """The tables this person may import and export."""
    return [sheet for sheet in every() if sheet.may(user)]


def get(key: str) -> Sheet | None:
    return _sheets.get(key)


# ---- words the apps below do not know

_vocabularies: dict[str, Any] = {}


def offer(name: str, labels: Any) -> None:
    """An app above gives a vocabulary (a callable: value to label) to the sheets of an app below, as 纠纷类型 are."""
    _vocabularies[name] = labels


def vocabulary(name: str) -> Mapping[str, str]:
    """The labels of a vocabulary; empty when no app offers it."""
    labels = _vocabularies.get(name)
    return labels() if labels else {}


def missing(sheet: Sheet, user: Any) -> Iterable[tuple[Record, list[Column]]]:
    """Records in which a needed field is empty, with those fields."""
    look = sheet.load(user)
    for record in sheet.records(user, look):
        if empty := sheet.lacks(record):
            yield record, empty


__all__ = ["Column", "Planned", "Record", "Sheet", "Wrong", "every", "get", "of", "offer", "register", "vocabulary"]
