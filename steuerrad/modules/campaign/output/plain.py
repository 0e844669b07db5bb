"""A round as one table: CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.output.columns import COLUMNS
from steuerrad.modules.campaign.output.rows import Row
from steuerrad.platform.tables.table import Column, Table, Value


def as_table(round_: Round, rows: Iterable[Row], *, made_at: datetime, kind: str) -> Table:
    """Machine names as columns; values, dates and numbers as such, classes and types by their keys."""
    return Table(
        f"campaign.round_{round_.pk}",
        f"{round_.title}: {kind}",
        tuple(Column(column.key, str(column.title), column.type, "") for column in COLUMNS),  # type: ignore[arg-type]
        ([machine(column.key, column.value, row) for column in COLUMNS] for row in rows),
        created=made_at,
    )


def machine(key: str, value: object, row: Row) -> Value:
    """What a program wants to read: keys instead of words in the reader's language."""
    if key == "value":
        return row.value
    if key == "previous":
        return row.question.previous_value
    if key == "quality":
        return row.answer.quality if row.answer else ""
    if key == "state":
        return row.state
    if key == "type":
        return row.question.type
    if key == "declined":
        return row.answer.declined if row.answer else None
    return cast(Value, value(row))  # type: ignore[operator]
