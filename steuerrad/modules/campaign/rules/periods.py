"""The day that an answer is true for."""

from __future__ import annotations

from datetime import date


def default_as_of(period: str, today: date) -> date:
    """The last day of the year that is asked about, when it is over; else today. period: "2025" or free text."""
    if len(period) == 4 and period.isascii() and period.isdigit() and 1900 <= int(period) < today.year:
        return date(int(period), 12, 31)
    return today
