"""Faults in a file, said so that the person who keeps the file can find and mend them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

SHOWN_VALUE = 60  # characters of a faulty value that a message repeats


def _shown(value: str) -> str:
    """The value on one line, control characters made visible, cut to a readable length."""
    visible = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value)
    return visible if len(visible) <= SHOWN_VALUE else visible[: SHOWN_VALUE - 1] + "…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``line`` is the real line of the file (XLSX: the sheet's row), None if it has none.

    ``cell``: as a spreadsheet calls it, e.g. "E7".
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    reason: str
    cell: str = ""

    @property
    def place(self) -> str:
        if self.cell:
            return f"{self.file}!{self.cell}"
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def said(self) -> str:
        """The fault without its place."""
        parts = {
            "reason": self.reason,
            "column": _shown(self.column or ""),
            "value": _shown(self.value or ""),
        }
        text = self.reason if self.column is None else gettext("column '%(column)s': %(reason)s") % parts
        return text if self.value is None else text + gettext(" (value '%(value)s')") % parts

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


class TableProblem(Exception):  # noqa: N818 - the word the reader's users see
    """The table as a whole cannot be read (further): nothing after this place is known."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(slots=True)
class Problems:
    """Collects faults: counts all of them, keeps the first ``limit`` for printing."""

    limit: int = 100
    count: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.kept) < self.limit:
            self.kept.append(problem)

    def __bool__(self) -> bool:
        return self.count > 0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Problem]:
        """The kept ones, at most ``limit``."""
        return iter(self.kept)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.kept]
        if self.count > len(self.kept):
            lines.append(gettext("... and %(count)d more") % {"count": self.count - len(self.kept)})
        return "\n".join(lines)
