"""When undertakings begin and end, as far as it is known, and whether an order among them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from steuerrad.modules.strategy.portfolio.rules.milestones import Point


@dataclass(frozen=True, slots=True)
class Moment:
    """A day; rough: only its year is known, and the day is the first or last of it."""

    day: date
    rough: bool = False


def begins(points: Sequence[Point], start_year: int | None) -> Moment | None:
    """The period's first day; the first milestone where no period is known."""
    if start_year is not None:
        return Moment(date(start_year, 1, 1), rough=True)
    days = [point.expected for point in points if point.expected is not None]
    return Moment(min(days)) if days else None


def first_step(points: Sequence[Point], start_year: int | None) -> Moment | None:
    """What has to wait when the measure has to: its first milestone that is not reached, else its beginning."""
    days = [point.expected for point in points if point.expected is not None and point.done is None]
    return Moment(min(days)) if days else begins(points, start_year)


def finished(points: Sequence[Point], end_year: int | None) -> Moment | None:
    """The last milestone as expected; the period's last day where no milestone is dated."""
    days = [point.expected for point in points if point.expected is not None]
    if days:
        return Moment(max(days))
    return Moment(date(end_year, 12, 31), rough=True) if end_year is not None else None


def order_broken(first: Moment, then: Moment) -> bool:
    """Whether `then` comes before `first` is over; where only years are known, years are compared."""
    if first.rough or then.rough:
        return then.day.year < first.day.year
    return then.day < first.day


def late_until(points: Sequence[Point], end_year: int | None, today: date) -> date:
    """How far something late reaches: its last open milestone or its period, at least until today."""
    days = [point.expected for point in points if point.expected is not None and point.done is None]
    period = [date(end_year, 12, 31)] if end_year is not None else []
    return max([*days, *period, today])
