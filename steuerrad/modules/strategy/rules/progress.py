"""What a measure's period and status say about its progress, and how far a KPI is from its target."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from steuerrad.modules.strategy.rules.states import DELIVERED, RUNNING, PeriodKind, Status

#: A status that nobody has confirmed for so long is shown as old.
STALE_AFTER_DAYS = 365
NOT_BEGUN = frozenset({Status.IDEA, Status.PLANNED})


class Attention(StrEnum):
    """Why a measure needs attention. The order is that of urgency."""

    LATE = "late"
    NOT_STARTED = "not_started"


def is_late(status: Status, kind: PeriodKind, end_year: int | None, year: int) -> bool:
    """The period ended with an earlier year, and the measure is neither delivered nor stopped."""
    ended = kind == PeriodKind.RANGE and end_year is not None and end_year < year
    return ended and status not in DELIVERED and status != Status.STOPPED


def is_overdue_to_start(status: Status, start_year: int | None, year: int) -> bool:
    """The first year of the period has passed, and the measure is still an idea or planned."""
    return start_year is not None and start_year < year and status in NOT_BEGUN


def attention(
    status: Status, kind: PeriodKind, start_year: int | None, end_year: int | None, year: int
) -> Attention | None:
    """The most urgent reason, or None. A late measure is not reported a second time as not started."""
    if is_late(status, kind, end_year, year):
        return Attention.LATE
    if is_overdue_to_start(status, start_year, year):
        return Attention.NOT_STARTED
    return None


def is_stale(confirmed: date | None, today: date) -> bool:
    """Nobody has recorded the status, or its newest entry is older than STALE_AFTER_DAYS."""
    return confirmed is None or (today - confirmed).days > STALE_AFTER_DAYS


def running_share(counts: Mapping[str, int]) -> Decimal | None:
    """Measures in progress, in operation or completed, in per cent of all that were not stopped."""
    going = sum(number for status, number in counts.items() if status in RUNNING | {Status.COMPLETED})
    base = sum(number for status, number in counts.items() if status != Status.STOPPED)
    return share(going, base)


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with two places; None for an empty whole."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01")) if whole else None


def prevailing(counts: Mapping[str, int]) -> str:
    """The status that most measures of a field have; of equal ones the less advanced; "unknown" for none."""
    filled = [(counts.get(status.value, 0), status.value) for status in Status]
    best = max(number for number, _ in filled)
    return next(name for number, name in filled if number == best) if best else "unknown"


def progress(baseline: Decimal, current: Decimal, target: Decimal) -> Decimal | None:
    """Way from baseline to target covered so far, in per cent; negative when it moved away, None without a way."""
    way = target - baseline
    return ((current - baseline) * 100 / way).quantize(Decimal("0.1")) if way else None
