"""Themes and fields with the state of their measures: what the wheel shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from steuerrad.modules.strategy.models import Field, Measure, Theme
from steuerrad.modules.strategy.models.measures import STATUS_LABELS
from steuerrad.modules.strategy.rules.progress import prevailing, running_share
from steuerrad.modules.strategy.rules.states import Status

RUNNING_OR_DONE = ("in_progress", "in_operation_expanding", "in_operation", "completed")


@dataclass(frozen=True)
class FieldState:
    """A field and how many of its measures are in which status."""

    field: Field
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def state(self) -> str:
        return prevailing(self.counts)

    @property
    def parts(self) -> list[tuple[str, Any, int]]:
        """(status, its name, number) of the statuses that occur, from idea to done."""
        return [
            (name.value, STATUS_LABELS[name], self.counts[name.value])
            for name in Status
            if self.counts.get(name.value)
        ]

    @property
    def running(self) -> int:
        return sum(self.counts.get(name, 0) for name in RUNNING_OR_DONE)


@dataclass(frozen=True)
class ThemeState:
    """A theme and its fields."""

    theme: Theme
    fields: list[FieldState] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        total: dict[str, int] = defaultdict(int)
        for item in self.fields:
            for status, number in item.counts.items():
                total[status] += number
        return dict(total)

    @property
    def total(self) -> int:
        return sum(item.total for item in self.fields)

    @property
    def running(self) -> int:
        return sum(item.running for item in self.fields)

    @property
    def running_share(self) -> object:
        return running_share(self.counts)


def status_counts() -> dict[int, dict[str, int]]:
    """Number of measures by field id and status. One query."""
    rows = (
        Measure.objects.filter(retired=False).order_by().values("field_id", "status").annotate(n=Count("pk"))
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        counts[row["field_id"]][row["status"]] = row["n"]
    return counts


def wheel() -> list[ThemeState]:
    """All themes with their fields in the strategy's order. Three queries."""
    counts = status_counts()
    themes = {theme.pk: ThemeState(theme) for theme in Theme.objects.filter(retired=False)}
    for item in Field.objects.filter(retired=False).select_related("theme"):
        if item.theme_id in themes:
            themes[item.theme_id].fields.append(FieldState(item, counts.get(item.pk, {})))
    return list(themes.values())


def fields() -> list[Field]:
    return list(Field.objects.filter(retired=False).select_related("theme"))
