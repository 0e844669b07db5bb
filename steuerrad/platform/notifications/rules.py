"""When mail is due; pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

#: How long to wait after the n-th refusal for now (4xx) or missing server; then it is given up, after some three days.
BACK_OFF = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 720)
)


def cutoff(now: datetime, hour: int, zone: ZoneInfo) -> tuple[date, datetime] | None:
    """(day, moment) of the daily mail that may go now: what was said before that moment belongs into it.

    None before the hour: yesterday's mail is not made up for, its notifications go with today's.
    """
    local = now.astimezone(zone)
    if local.hour < hour:
        return None
    moment = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return local.date(), moment


def next_try(now: datetime, tries: int) -> datetime | None:
    """When to try again after `tries` failed tries; None: give up."""
    return now + BACK_OFF[tries - 1] if tries <= len(BACK_OFF) else None
