"""Which data sets a person may take, and how often they were taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.encoding import force_str

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Dataset
from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.datasets.models import DownloadCount
from steuerrad.platform.tables.table import Column, Table, Value


def visible_to(user: Any) -> list[Dataset]:
    """All data sets that the person may take, in the order of the modules."""
    return [
        item
        for item in registry.all("datasets")
        if not item.permission or holds_anywhere(user, item.permission)
    ]


def find(dataset_id: str, user: Any) -> Dataset | None:
    return next((item for item in visible_to(user) if item.id == dataset_id), None)


def plain(value: Any) -> Value:
    """A cell as a table holds it; lazy translations become text."""
    if (
        value is None
        or isinstance(value, str | int | float | bool | date)
        or type(value).__name__ == "Decimal"
    ):
        return value
    return force_str(value)


def rows(dataset: Dataset, user: Any) -> Iterator[list[Value]]:
    """The rows as lists in the order of the columns. Raises KeyError when a row lacks a declared column."""
    names = [column.name for column in dataset.columns]
    for row in dataset.rows(user):
        yield [plain(row[name]) for name in names]


def as_table(dataset: Dataset, user: Any) -> Table:
    """The data set with titles in the language of the moment."""
    columns = tuple(
        Column(column.name, force_str(column.title), column.type, column.unit, force_str(column.description))
        for column in dataset.columns
    )
    return Table(
        id=dataset.id,
        title=force_str(dataset.title),
        columns=columns,
        rows=rows(dataset, user),
        source=force_str(dataset.source),
        licence=force_str(dataset.licence),
        created=clock.now(),
    )


def downloads(days: int = 365) -> int:
    """How often any data set was taken in the last days."""
    since = clock.today() - timedelta(days=days)
    return DownloadCount.objects.filter(day__gt=since).aggregate(total=Sum("count"))["total"] or 0
