"""Money of a measure: yearly lines by source, and what the rules of a funding programme forbid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
#: Own funds are the source without a programme.
OWN = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """A funding programme. rate and rate_up_to: shares from 0 to 1 of the costs, the second under conditions only.

    cap: EUR, of the grant or of the eligible costs (cap_of_costs). spending: first and last day of the period.
    None: not known, and then not checked.
    """

    key: str
    name: str
    rate: Decimal | None = None
    rate_up_to: Decimal | None = None
    cap: Decimal | None = None
    cap_of_costs: bool = False
    spending_first: date | None = None
    spending_last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """EUR of one measure, year and source (programme key, OWN for own funds); None: not known."""

    measure: str
    year: int
    source: str
    planned: Decimal | None = None
    spent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MoneyFault:
    """What does not fit. code: see CODES. limit and found: EUR, or shares for the rate, or years for the period."""

    code: str
    measure: str
    programme: str = ""
    year: int | None = None
    found: Decimal | None = None
    limit: Decimal | None = None


#: Fault → whether it breaks a rule of the programme (True) or only asks for attention (False).
CODES: dict[str, bool] = {
    "rate_exceeded": True,
    "rate_needs_condition": False,
    "cap_exceeded": True,
    "outside_period": True,
    "no_own_share": True,
    "overspent": True,
    "spent_without_plan": False,
}


def faults(lines: Iterable[Line], programmes: Mapping[str, Programme]) -> list[MoneyFault]:
    """Everything that does not fit, in the order of measures, years and rules.

    The lines of all measures are needed for the cap, which holds for the programme as a whole.
    """
    every = sorted(lines, key=lambda line: (line.measure, line.year, line.source))
    found = [fault for line in every for fault in _of_line(line, programmes.get(line.source))]
    by_measure: dict[str, list[Line]] = defaultdict(list)
    for line in every:
        by_measure[line.measure].append(line)
    for measure, own in by_measure.items():
        found += _of_measure(measure, own, programmes)
    for key, programme in sorted(programmes.items()):
        found += _of_programme(key, programme, by_measure)
    return found


def _of_line(line: Line, programme: Programme | None) -> list[MoneyFault]:
    found: list[MoneyFault] = []
    if line.spent is not None and line.planned is None and line.spent > ZERO:
        found.append(MoneyFault("spent_without_plan", line.measure, line.source, line.year, line.spent))
    if line.spent is not None and line.planned is not None and line.spent > line.planned:
        found.append(MoneyFault("overspent", line.measure, line.source, line.year, line.spent, line.planned))
    if programme is not None and max(line.planned or ZERO, line.spent or ZERO) > ZERO:
        for limit, outside in (
            (programme.spending_first, programme.spending_first is not None and line.year < programme.spending_first.year),
            (programme.spending_last, programme.spending_last is not None and line.year > programme.spending_last.year),
        ):  # fmt: skip
            if outside and limit is not None:
                found.append(
                    MoneyFault(
                        "outside_period", line.measure, line.source, line.year, Decimal(line.year),
                        Decimal(limit.year),
                    )
                )  # fmt: skip
    return found


def _of_measure(measure: str, lines: list[Line], programmes: Mapping[str, Programme]) -> list[MoneyFault]:
    """Rate and own share, over all planned money of the measure."""
    found: list[MoneyFault] = []
    whole = sum((line.planned or ZERO for line in lines), ZERO)
    own = sum((line.planned or ZERO for line in lines if line.source == OWN), ZERO)
    for key in sorted({line.source for line in lines if line.source != OWN}):
        programme = programmes.get(key)
        grant = sum((line.planned or ZERO for line in lines if line.source == key), ZERO)
        if programme is None or programme.rate is None or grant <= ZERO:
            continue
        most = max(programme.rate, programme.rate_up_to or programme.rate)
        if own <= ZERO and most < 1:
            found.append(MoneyFault("no_own_share", measure, key, None, ZERO, 1 - most))
        elif grant > most * whole:
            found.append(MoneyFault("rate_exceeded", measure, key, None, _share(grant, whole), most))
        elif grant > programme.rate * whole:
            found.append(
                MoneyFault("rate_needs_condition", measure, key, None, _share(grant, whole), programme.rate)
            )
    return found


def _of_programme(key: str, programme: Programme, by_measure: Mapping[str, list[Line]]) -> list[MoneyFault]:
    """The cap holds for all measures together; each of them is told."""
    funded = {
        measure: lines
        for measure, lines in by_measure.items()
        if any(line.source == key and (line.planned or ZERO) > ZERO for line in lines)
    }
    total = sum(
        (
            line.planned or ZERO
            for lines in funded.values()
            for line in lines
            if line.source == key or (programme.cap_of_costs and line.source == OWN)
        ),
        ZERO,
    )
    if programme.cap is None or total <= programme.cap:
        return []
    return [
        MoneyFault("cap_exceeded", measure, key, None, total, programme.cap) for measure in sorted(funded)
    ]


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class Sum:
    """EUR planned and spent; None when no line says anything."""

    planned: Decimal | None
    spent: Decimal | None

    @property
    def left(self) -> Decimal | None:
        """Planned and not yet spent, at least 0; None when nothing is planned."""
        return None if self.planned is None else max(ZERO, self.planned - (self.spent or ZERO))


def total(lines: Iterable[Line]) -> Sum:
    """The sum of what is known."""
    every = list(lines)
    planned = [line.planned for line in every if line.planned is not None]
    spent = [line.spent for line in every if line.spent is not None]
    return Sum(sum(planned, ZERO) if planned else None, sum(spent, ZERO) if spent else None)
