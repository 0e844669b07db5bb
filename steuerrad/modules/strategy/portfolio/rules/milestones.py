"""Milestones: what state each is in, and how far a measure has come against its own plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

#: A milestone that is due within so many days is announced.
SOON_DAYS = 30
HUNDRED = Decimal(100)


class MilestoneState(StrEnum):
    """In the order of a milestone's life; late and slipping need somebody's attention."""

    UNDATED = "undated"
    AHEAD = "ahead"
    SOON = "soon"
    SLIPPING = "slipping"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"


NEEDS_ATTENTION = frozenset({MilestoneState.SLIPPING, MilestoneState.LATE})


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone as the rules see it. weight: its share of the measure, relative to the other milestones."""

    title: str
    planned: date | None = None
    forecast: date | None = None
    done: date | None = None
    weight: int = 1

    @property
    def expected(self) -> date | None:
        """When it is done: really, else as forecast, else as planned."""
        return self.done or self.forecast or self.planned


def state_of(point: Point, today: date) -> MilestoneState:
    """One state for every point; a forecast behind the plan is said before the day has come.

    A forecast that has passed without the milestone being done is late, whatever the plan says.
    """
    if point.done is not None:
        late = point.planned is not None and point.done > point.planned
        return MilestoneState.DONE_LATE if late else MilestoneState.DONE
    dates = [day for day in (point.planned, point.forecast) if day is not None]
    if not dates:
        return MilestoneState.UNDATED
    if min(dates) < today:
        return MilestoneState.LATE
    if point.planned is not None and point.forecast is not None and point.forecast > point.planned:
        return MilestoneState.SLIPPING
    return MilestoneState.SOON if (min(dates) - today).days <= SOON_DAYS else MilestoneState.AHEAD


def slip_days(point: Point, today: date) -> int | None:
    """Days behind the plan (negative: ahead of it). None without a plan or where nothing is known yet."""
    if point.planned is None:
        return None
    if point.done is not None:
        return (point.done - point.planned).days
    behind = max((point.forecast or point.planned, today)) if point.planned < today else point.forecast
    return None if behind is None else (behind - point.planned).days


def share_done(points: Sequence[Point]) -> Decimal | None:
    """Weight of the milestones that are done, in per cent; None without milestones."""
    return _share(points, lambda point: point.done is not None)


def share_due(points: Sequence[Point], today: date) -> Decimal | None:
    """Weight of the milestones whose planned day has come, in per cent; None when none has a plan."""
    planned = [point for point in points if point.planned is not None]
    return _share(planned, lambda point: point.planned is not None and point.planned <= today)


def _share(points: Sequence[Point], counts: Callable[[Point], bool]) -> Decimal | None:
    whole = sum(point.weight for point in points)
    if not whole:
        return None
    part = sum(point.weight for point in points if counts(point))
    return (HUNDRED * part / whole).quantize(Decimal("0.1"))
