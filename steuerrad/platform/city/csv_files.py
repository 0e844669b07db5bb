"""Reading the CSV files of a city's folder: each cell checked, each fault with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.city.models import Document
from steuerrad.platform.tables.fields import (
    parse_bool,
    parse_choice,
    parse_date,
    parse_decimal,
    parse_int,
    parse_year,
)
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.read import Row, open_table

Value = TypeVar("Value")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class CityRow:
    """One line of a file. Each reading method returns the value, or None after reporting the fault."""

    def __init__(self, context: LoadContext, path: Path, row: Row, documents: frozenset[str]) -> None:
        self.context, self.path, self.row, self.documents = context, path, row, documents

    @property
    def line(self) -> int:
        return self.row.line

    def fault(self, column: str, reason: str) -> None:
        value = self.row.values.get(column, "")
        self.context.fault(self.path, self.row.line, reason, column=column, value=value)

    def text(self, column: str) -> str:
        return self.row.values.get(column, "").strip()

    def needed(self, column: str) -> str:
        text = self.text(column)
        if not text:
            self.fault(column, "is empty")
        return text

    def read(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """None for an empty cell; reports what parse does not accept."""
        text = self.text(column)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def integer(self, column: str) -> int | None:
        return self.read(column, parse_int)

    def year(self, column: str) -> int | None:
        return self.read(column, parse_year)

    def decimal(self, column: str) -> Decimal | None:
        return self.read(column, lambda text: parse_decimal(text, decimal="."))

    def date(self, column: str) -> date | None:
        return self.read(column, parse_date)

    def boolean(self, column: str) -> bool:
        return bool(self.read(column, parse_bool))

    def choice(self, column: str, choices: Iterable[str]) -> str:
        return self.read(column, lambda text: parse_choice(text, choices)) or ""

    def listed(self, column: str) -> list[str]:
        """Parts between semicolons."""
        return [part.strip() for part in self.text(column).split(";") if part.strip()]

    def slug(self, column: str) -> str:
        text = self.needed(column)
        if text and not SLUG.fullmatch(text):
            self.fault(column, "use lower-case letters, digits and single hyphens")
        return text

    def document(self, column: str) -> str:
        """The key of a document in city.toml."""
        text = self.text(column)
        if text and text not in self.documents:
            self.fault(column, "no such document in city.toml")
        return text


def rows_of(
    context: LoadContext,
    name: str,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    key: str | tuple[str, ...] = (),
    must_exist: bool = True,
    folder: Path | None = None,
) -> Iterator[CityRow]:
    """The lines of a file in the city's folder. Reports a missing file, broken lines and keys used twice."""
    path = (folder or context.folder) / name
    if not path.exists():
        if must_exist:
            context.fault(path, None, "file is missing")
        return
    documents = frozenset(Document.objects.values_list("key", flat=True))
    keys = (key,) if isinstance(key, str) else key
    seen: dict[tuple[str, ...], int] = {}
    try:
        for row in open_table(path, required=required, optional=optional, allow_empty=not must_exist):
            item = CityRow(context, path, row, documents)
            identity = tuple(item.text(column) for column in keys)
            if keys and identity in seen:
                item.fault(keys[0], f"stands already in line {seen[identity]}")
                continue
            seen[identity] = row.line
            yield item
    except TableProblem as problem:
        context.fault(path, None, f"{problem.place}: {problem.reason}")
