"""Status against period: what cannot both be true, and what needs a new date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steuerrad.modules.strategy.rules.audit.coverage import OLD_DAYS, all_measures
from steuerrad.modules.strategy.rules.audit.data import MeasureRow, StrategyData
from steuerrad.modules.strategy.rules.audit.finding import Draft, Value, evidence_of
from steuerrad.modules.strategy.rules.states import DELIVERED, RUNNING, PeriodKind, Status

WAITING = frozenset({Status.IDEA, Status.PLANNED})
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", re.ASCII)
AT_LEAST = re.compile(r"mind(?:\.|estens)|at least|ca\.|circa|etwa|voraus", re.IGNORECASE)


def draft(measure: MeasureRow, variant: str = "", **params: Value) -> Draft:
    printed = " | ".join(text for text in (measure.period_as_printed, measure.status_as_printed) if text)
    facts: dict[str, Value] = {"measure": measure.number, "status": measure.status.value, **params}
    return Draft(measure.ref, measure.title, facts, evidence_of(measure, printed), variant)


def status_outdated(data: StrategyData) -> Iterator[Draft]:
    """Most measures have no newer status than the printed one, and that is more than two years old."""
    if data.as_of is None or (data.today - data.as_of).days <= OLD_DAYS:
        return
    old = [m for m in data.measures if m.status_since is not None and m.status_since <= data.as_of]
    if 2 * len(old) > len(data.measures):
        params: dict[str, Value] = {
            "count": len(old), "total": len(data.measures), "known": data.as_of.isoformat()
        }  # fmt: skip
        yield Draft("city", data.city, params)


def ended_before_status(data: StrategyData) -> Iterator[Draft]:
    """Printed as in progress or planned although the period was already over on the day of the print."""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if known is None or measure.end is None or measure.end >= known.year:
            continue
        if measure.status in (Status.IN_PROGRESS, Status.PLANNED, Status.IDEA):
            yield draft(measure, end=measure.end, known=known.isoformat())


def ended_since(data: StrategyData) -> Iterator[Draft]:
    """The period has ended since the status was last told, and the status still says that work goes on."""
    open_states = (Status.IDEA, Status.PLANNED, Status.IN_PROGRESS)
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if measure.end is None or known is None or measure.status not in open_states:
            continue
        if measure.period_kind != PeriodKind.RANGE:
            continue  # "at least until" says no end
        if known.year <= measure.end < data.today.year:
            yield draft(measure, end=measure.end, known=known.isoformat())


def start_passed(data: StrategyData) -> Iterator[Draft]:
    """Idea or planned, although the printed period had begun by the day of the status."""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if measure.status in WAITING and measure.start is not None and known is not None:
            if measure.start < known.year:
                yield draft(measure, "before", start=measure.start, known=known.isoformat())
            elif measure.start == known.year:
                yield draft(measure, "same_year", start=measure.start, known=known.isoformat())


def start_passed_since(data: StrategyData) -> Iterator[Draft]:
    """Idea or planned, with a start that has passed since the status was last told."""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if measure.status in WAITING and measure.start is not None and known is not None:
            over = measure.end is not None and measure.end < data.today.year  # told by another rule
            if known.year < measure.start <= data.today.year and not over:
                yield draft(measure, start=measure.start, known=known.isoformat())


def runs_before_start(data: StrategyData) -> Iterator[Draft]:
    """In progress or in operation, although the period begins after the day of the status."""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if known is None or measure.start is None or measure.start <= known.year:
            continue
        if measure.status in RUNNING or measure.status == Status.COMPLETED:
            yield draft(measure, start=measure.start, known=known.isoformat())


def delivered_before_end(data: StrategyData) -> Iterator[Draft]:
    """Implemented, although the period goes on after the day of the status."""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if known is None or measure.end is None or measure.status not in DELIVERED:
            continue
        if measure.end > known.year:
            yield draft(measure, end=measure.end, known=known.isoformat())


def expansion_without_period(data: StrategyData) -> Iterator[Draft]:
    """In operation and being expanded, and the printed period was over: until when does the expansion run?"""
    for measure in data.measures:
        known = measure.status_since or data.as_of
        if known is None or measure.end is None or measure.status != Status.IN_OPERATION_EXPANDING:
            continue
        if measure.end <= known.year:
            yield draft(measure, end=measure.end, known=known.isoformat())


def idea_with_end(data: StrategyData) -> Iterator[Draft]:
    """An idea that nobody has decided on has already a last year."""
    for measure in data.measures:
        if measure.status == Status.IDEA and measure.end is not None:
            yield draft(measure, period=measure.period_as_printed, end=measure.end)


def runs_without_period(data: StrategyData) -> Iterator[Draft]:
    """Planned, in progress or in operation, and the period is not yet set."""
    for measure in data.measures:
        if measure.period_kind == PeriodKind.NOT_SET and measure.status != Status.IDEA:
            yield draft(measure, period=measure.period_as_printed)


def open_ended(data: StrategyData) -> Iterator[Draft]:
    """In progress without a last year: neither ongoing nor finished some day."""
    found = [
        m for m in data.measures if m.status == Status.IN_PROGRESS and m.period_kind == PeriodKind.FROM
    ]  # fmt: skip
    yield from all_measures(data, found)


def start_unknown(data: StrategyData) -> Iterator[Draft]:
    """The period names an end and no start."""
    for measure in data.measures:
        if measure.end is not None and measure.start is None:
            yield draft(measure, period=measure.period_as_printed, end=measure.end)


def period_refers_elsewhere(data: StrategyData) -> Iterator[Draft]:
    """Instead of a period stands a reference to another chapter."""
    for measure in data.measures:
        none = measure.start is None and measure.end is None
        if measure.period_kind == PeriodKind.REFERENCE and none:
            yield draft(measure, period=measure.period_as_printed)


def period_vague(data: StrategyData) -> Iterator[Draft]:
    """The printed period hedges: at least until 2024."""
    for measure in data.measures:
        if AT_LEAST.search(measure.period_as_printed):
            yield draft(measure, period=measure.period_as_printed)


def period_misread(data: StrategyData) -> Iterator[Draft]:
    """The years of the register are not those of the printed period."""
    for measure in data.measures:
        printed = {int(year) for year in YEAR.findall(measure.period_as_printed)}
        held = {year for year in (measure.start, measure.end) if year is not None}
        if printed and held and printed != held:
            years = tuple(str(year) for year in sorted(held))
            yield draft(measure, period=measure.period_as_printed, years=years)
