"""What can be said about a KPI or a measure, as data; the sentences are made from it (plain)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

#: A change is told against the newest value that is at least so much older; a year with some slack.
YEAR_DAYS = 330


class Judgement(StrEnum):
    """What a change means, given the direction of the KPI."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    OPEN = "open"  # the strategy does not say which way is good


@dataclass(frozen=True)
class Change:
    """difference = newest value - earlier value, in the KPI's unit."""

    difference: Decimal
    since: date
    judgement: Judgement


def change_of(values: Sequence[tuple[date, Decimal]], direction: str) -> Change | None:
    """The change to the newest value of a year before, else to the oldest one. values: in order of time.

    None with fewer than two values.
    """
    if len(values) < 2:
        return None
    day, newest = values[-1]
    earlier = [item for item in values[:-1] if (day - item[0]).days >= YEAR_DAYS]
    since, before = earlier[-1] if earlier else values[0]
    difference = newest - before
    return Change(difference, since, judge(difference, direction))


def changed(kpi: Any, values: Sequence[Any]) -> Change | None:
    """As change_of, for a KPI and its valid KpiValue rows in order of time."""
    return change_of([(value.date, value.value) for value in values], kpi.direction)


def judge(difference: Decimal, direction: str) -> Judgement:
    """direction: "up", "down", "none" or "target" (near the target; a difference alone does not tell)."""
    if difference == 0:
        return Judgement.SAME
    if direction not in ("up", "down"):
        return Judgement.OPEN
    return Judgement.BETTER if (difference > 0) == (direction == "up") else Judgement.WORSE


@dataclass(frozen=True)
class Step:
    """A milestone as the newest released report says. expected: the forecast, else the planned day."""

    title: str
    expected: date | None
    late: bool


@dataclass(frozen=True)
class Published:
    """What the newest released status report of a measure says. Amounts in EUR, None = not stated."""

    period_end: date
    published_on: date
    text: str
    colour: str
    next_step: Step | None
    planned: Decimal | None
    spent: Decimal | None
    achievements: str = ""
    next_steps: str = ""
    done: tuple[str, ...] = field(default=())


def published(report: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Published:
    """Read a released report and the snapshot frozen with it. Demo entries are left out."""
    steps = [item for item in snapshot.get("milestones", ()) if not item.get("demo")]
    still = [item for item in steps if not item.get("done_on")]
    still.sort(key=lambda item: expected_text(item) or "9999")
    first = still[0] if still else None
    return Published(
        period_end=report["period_end"],
        published_on=report["published_on"],
        text=report["text"],
        colour=str(snapshot.get("colour", "grey")),
        next_step=None if first is None else Step(first["title"], _day(expected_text(first)), first.get("state") == "late"),
        planned=_sum(snapshot, "planned"),
        spent=_sum(snapshot, "spent"),
        achievements=report.get("achievements", ""),
        next_steps=report.get("next_steps", ""),
        done=tuple(item["title"] for item in steps if item.get("done_on")),
    )  # fmt: skip


def expected_text(step: Mapping[str, Any]) -> str | None:
    return step.get("forecast_on") or step.get("planned_on")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sum(snapshot: Mapping[str, Any], column: str) -> Decimal | None:
    """The sum of what is stated; None when no line states anything."""
    found = [Decimal(line[column]) for line in snapshot.get("money", ()) if line.get(column) is not None]
    return sum(found, Decimal(0)) if found else None
