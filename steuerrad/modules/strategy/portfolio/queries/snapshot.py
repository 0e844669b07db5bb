"""What a released report freezes, as JSON: the public reads this, never what changed afterwards."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.modules.strategy.portfolio.rules.milestones import state_of

VERSION = 1


def amount(value: Any) -> str | None:
    """EUR as a decimal text with two places."""
    return None if value is None else f"{value:.2f}"


def day(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def snapshot_of(state: MeasureState) -> dict[str, Any]:
    """{version, taken_on, status, colour, computed, override_reason, milestones: [...], money: [...]}.

    Risks are left out: they are for those who steer. Amounts are texts in EUR, dates ISO.
    """
    today = clock.today()
    years = sorted(
        {(line.year, line.source_key, line.programme.name if line.programme else "") for line in state.lines}
    )
    return {
        "version": VERSION,
        "taken_on": today.isoformat(),
        "status": state.measure.status,
        "colour": state.colour.value,
        "computed": state.light.colour.value,
        "timeliness": state.light.timeliness.value,
        "override_reason": state.override.reason if state.override else "",
        "milestones": [
            {
                "title": item.title, "planned_on": day(item.planned_on), "forecast_on": day(item.forecast_on),
                "done_on": day(item.done_on), "state": state_of(item.point, today).value, "demo": item.demo,
            }
            for item in state.milestones
        ],
        "money": [
            {
                "year": year, "programme": name,
                **_sums([line.rules for line in state.lines if (line.year, line.source_key) == (year, key)]),
            }
            for year, key, name in years
        ],
    }  # fmt: skip


def _sums(lines: list[money.Line]) -> dict[str, str | None]:
    total = money.total(lines)
    return {"planned": amount(total.planned), "spent": amount(total.spent)}
