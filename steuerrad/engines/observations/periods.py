"""Periods to aggregate by: of fixed length, or days, weeks, months and years of a time zone's calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.times import HIGHEST, LOWEST, SECOND, micros, moment

Unit = Literal["day", "week", "month", "year"]
UNITS: dict[str, Unit] = {"D": "day", "W": "week", "M": "month", "Y": "year"}
MOST_PERIODS = 200_000
TEXT = re.compile(r"P(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?|1([DWMY]))")


@dataclass(frozen=True, slots=True)
class Period:
    """Either a fixed number of seconds, counted from 1970 UTC, or one unit of the calendar."""

    seconds: int = 0
    unit: Unit | None = None

    def __post_init__(self) -> None:
        if (self.unit is None) == (self.seconds <= 0):
            raise ValueError("a period has a length in seconds above 0, or a unit of the calendar")

    @classmethod
    def fixed(cls, seconds: int) -> Period:
        return cls(seconds=seconds)

    @classmethod
    def calendar(cls, unit: Unit) -> Period:
        return cls(unit=unit)

    @classmethod
    def parse(cls, text: str) -> Period:
        """ISO 8601: PT5M, PT1H, PT1H30M, P1D, P1W, P1M, P1Y. Raises ValueError."""
        found = TEXT.fullmatch(text)
        if found is None or text in ("P", "PT"):
            raise ValueError(f"{text}: not a period like PT5M, PT1H, P1D, P1W, P1M or P1Y")
        hours, minutes, seconds, unit = found.groups()
        if unit:
            return cls(unit=UNITS[unit])
        return cls(seconds=int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0))


def edges(period: Period, zone: str, start: int, end: int) -> list[int]:
    """Starts of the calendar periods that overlap [start, end), and the end of the last one, in µs.

    A day begins at its first instant in the zone, also where summer time begins at midnight.
    Raises TooMuch above MOST_PERIODS, ZoneInfoNotFoundError, ValueError for a period of fixed length.
    """
    if period.unit is None:
        raise ValueError("a period of fixed length needs no edges")
    tz = ZoneInfo(zone)
    unit = period.unit
    day = floor(moment(max(start, LOWEST + 366 * 86_400 * SECOND)).astimezone(tz).date(), unit)
    found = [midnight(day, tz)]
    while found[-1] < end and found[-1] < HIGHEST - 366 * 86_400 * SECOND:
        day = following(day, unit)
        found.append(midnight(day, tz))
        if len(found) > MOST_PERIODS:
            raise TooMuch(f"more than {MOST_PERIODS} periods")
    return found


def floor(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def following(day: date, unit: Unit) -> date:
    if unit == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    if unit == "year":
        return date(day.year + 1, 1, 1)
    return day + timedelta(days=7 if unit == "week" else 1)


def midnight(day: date, tz: ZoneInfo) -> int:
    """The first instant of a day: of two midnights the earlier; a skipped midnight stands for the change of the clock.

    Both follow from PEP 495: fold=0 takes the offset that was valid before the change.
    """
    return micros(datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC))
