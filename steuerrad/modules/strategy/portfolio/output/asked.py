"""Which decisions a portfolio asks for, found by rule from what is entered; nothing is weighed or invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from steuerrad.modules.strategy.models import Measure, Risk
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.queries.timeline import Link
from steuerrad.modules.strategy.portfolio.rules.light import Timeliness
from steuerrad.modules.strategy.portfolio.rules.money import CODES, MoneyFault
from steuerrad.modules.strategy.portfolio.rules.risks import RiskLevel, RiskState

What = Literal["schedule", "order", "money", "risk", "override"]


@dataclass(frozen=True)
class Asked:
    """what: which kind of decision. codes: of the light's schedule; fault, risk, link, until: what it is about."""

    what: What
    measure: Measure
    demo: bool
    fault: MoneyFault | None = None
    risk: Risk | None = None
    link: Link | None = None
    until: date | None = None


def decisions_asked(states: Sequence[MeasureState], links: Sequence[Link], risks: Sequence[Risk], today: date, days: int) -> list[Asked]:  # fmt: skip
    """In the order of measures: late dates, broken orders, broken rules of money, severe risks, ending overrides."""
    by_link: Mapping[str, list[Link]] = _grouped(links)
    found: list[Asked] = []
    for state in states:
        measure, demo = state.measure, state.demo
        if state.light.timeliness == Timeliness.LATE:
            found.append(Asked("schedule", measure, demo))
        found += [
            Asked("order", measure, demo, link=link)
            for link in by_link.get(measure.number, ())
            if link.broken
        ]
        found += [
            Asked("money", measure, demo, fault=fault) for fault in state.faults if CODES.get(fault.code)
        ]
        found += [
            Asked("risk", measure, risk.demo, risk=risk)
            for risk in risks
            if risk.measure_id == measure.pk  # type: ignore[attr-defined]
            and (
                risk.state == RiskState.OCCURRED
                or (risk.state == RiskState.OPEN and risk.level == RiskLevel.SEVERE)
            )
        ]
        held = state.override
        if held is not None and held.until <= today + timedelta(days=days):
            found.append(Asked("override", measure, held.demo, until=held.until))
    return found


def _grouped(links: Sequence[Link]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.after, []).append(link)
    return found
