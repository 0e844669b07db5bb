"""What a filled workbook would change: a line for each row, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.portfolio.intake.reading import FilledRow
from steuerrad.platform.tables.fields import parse_date, parse_decimal, parse_int

NEW, CHANGED, UNCHANGED, CONFLICT, FAULT, EMPTY = "new", "changed", "unchanged", "conflict", "fault", "empty"
WRITABLE = (NEW, CHANGED, CONFLICT)
NOT_YOURS = _lazy("You may not steer this measure.")


class CellError(ValueError):
    """A cell that cannot be taken. key: of its column."""

    def __init__(self, key: str, reason: Any) -> None:
        super().__init__(str(reason))
        self.key = key


@dataclass(frozen=True)
class Change:
    """before, after: None = nothing."""

    key: str
    title: str
    before: Any
    after: Any


@dataclass
class PlanRow:
    """outcome: one of the words above. place: sheet and cell of what reason speaks of, else sheet and line.

    row: what stands now (None for something new); seen: its version as this plan saw it. values: of all columns that
    are filled in, as the actions take them. where: what else says which entry it is (year, organisation ...).
    """

    kind: str
    place: str
    line: int
    outcome: str = EMPTY
    measure: Measure | None = None
    title: str = ""
    row: Any = None
    seen: int | None = None
    where: dict[str, Any] = field(default_factory=dict[str, Any])
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    changes: list[Change] = field(default_factory=list[Change])
    reason: str = ""
    demo: bool = False

    @property
    def writable(self) -> bool:
        return self.outcome in WRITABLE

    @property
    def token(self) -> str:
        """Changes when what the person has seen no longer holds."""
        return f"{self.kind}:{self.line}:{self.outcome}:{self.seen or 0}"

    @property
    def needs_reason(self) -> bool:
        return (
            self.kind == "budget" and self.row is not None and self.writable and not self.values.get("reason")
        )


@dataclass
class Plan:
    rows: list[PlanRow]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.outcome for row in self.rows))

    def writable(self) -> list[PlanRow]:
        return [row for row in self.rows if row.writable]


#: Fills in a plan row from a file row; raises CellError.
Reader = Callable[[PlanRow, FilledRow], None]


def plan_rows(rows: Iterable[FilledRow], measures: Mapping[str, Measure], may: Callable[[Measure], bool], readers: Mapping[str, Reader]) -> Plan:  # fmt: skip
    """measures: by number. may: whether the person may steer the measure. readers: by kind of sheet."""
    planned: list[PlanRow] = []
    taken: dict[tuple[Any, ...], str] = {}
    for row in rows:
        made = PlanRow(row.form.key, row.place(), row.line)
        planned.append(made)
        try:
            for key, reason in row.faults.items():
                raise CellError(key, reason)
            made.demo = bool(row.cells.get("demo"))
            made.measure = measure_of(row, measures)
            readers[made.kind](made, row)
            if made.measure is not None and made.writable and not may(made.measure):
                raise CellError("measure", NOT_YOURS)
            refuse_twice(made, row, taken)
        except CellError as error:
            made.outcome, made.reason, made.place, made.changes = FAULT, str(error), row.place(error.key), []
    return Plan([made for made in planned if made.outcome != EMPTY])


def measure_of(row: FilledRow, measures: Mapping[str, Measure]) -> Measure | None:
    """The measure of the row; None for a row that says nothing. Raises CellError."""
    number = row.cells["measure"]
    if not number:
        if any(row.cells.get(column.key) for column in row.form.columns if column.fill):
            raise CellError("measure", _("The number of the measure is missing."))
        return None
    measure = measures.get(number.casefold())
    if measure is None:
        raise CellError("measure", _("is no measure of this strategy"))
    return measure


def refuse_twice(made: PlanRow, row: FilledRow, taken: dict[tuple[Any, ...], str]) -> None:
    """Two rows about the same entry would overwrite each other."""
    if made.outcome == EMPTY or made.measure is None:
        return
    entry = (
        made.row.pk
        if made.row is not None
        else tuple(sorted((key, str(value)) for key, value in made.where.items()))
    )
    key = (made.kind, made.measure.pk, made.demo, entry)
    if key in taken:
        raise CellError("measure", _("stands already at %(place)s") % {"place": taken[key]})
    taken[key] = row.place()


def settle(made: PlanRow, row: FilledRow, now: Mapping[str, Any], column: str) -> None:
    """Set the outcome from what stands now and what the file says. column: the one that holds the version seen.

    Raises CellError when the version is missing or is no number.
    """
    made.changes = [
        Change(key, row.form.title_of(key), now.get(key), value)
        for key, value in made.values.items()
        if key != "reason" and not same(now.get(key), value)
    ]
    if made.row is None:
        made.outcome = NEW
    else:
        made.seen = getattr(made.row, column)
        made.outcome = CHANGED if made.changes else UNCHANGED
    if made.outcome == UNCHANGED:
        return
    seen = read(row, column, whole)
    if made.row is not None and seen != made.seen:
        made.outcome = CONFLICT
        made.reason = (
            _("Somebody has entered this since the file was made.")
            if seen is None
            else _("The file was made from version %(seen)d; now it is version %(now)d.")
            % {"seen": seen, "now": made.seen}
        )
    elif made.row is None and seen is not None:
        raise CellError(column, _("The entry that this row is about is no longer there."))


def same(one: Any, other: Any) -> bool:
    """Nothing is nothing, and how lines end makes no difference."""
    if isinstance(one, str) or isinstance(other, str):
        return words(one or "").strip() == words(other or "").strip()
    return one == other


def read(row: FilledRow, key: str, parse: Callable[[str], Any]) -> Any:
    """The cell through `parse`; None where it is empty. Raises CellError."""
    text = row.cells.get(key, "")
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise CellError(key, str(error)) from error


def filled(
    row: FilledRow, now: Mapping[str, Any], parsers: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    """The values of the columns that the sheet has; those that it lacks stay as they are. Raises CellError."""
    found = {}
    for key, parse in parsers.items():
        if key not in row.cells:
            found[key] = now.get(key, "" if parse is words else None)
        else:
            value = read(row, key, parse)
            found[key] = "" if value is None and parse is words else value
    return found


def words(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def whole(text: str) -> int:
    return parse_int(text, low=0, high=10**9)


def figure(text: str) -> Decimal:
    return parse_decimal(text)


def day(text: str) -> date:
    return parse_date(text)
