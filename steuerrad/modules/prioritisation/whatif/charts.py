"""Charts of the what-if: how likely each rank is, and ranges beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from steuerrad.engines.ranking import Estimate, Outcome, Standing
from steuerrad.modules.prioritisation.whatif import texts
from steuerrad.modules.prioritisation.whatif.levers import Lever
from steuerrad.modules.prioritisation.whatif.rules import Group
from steuerrad.platform.ui.charts.specs_chances import Column, ColumnChart, IntervalChart, Range

MOST_COLUMNS = 24
TAIL = 0.005  # probability that may be summed up at either end
WIDTHS = (1, 2, 3, 5, 10)
LEVERS_SHOWN = 10


def bins(standings: Sequence[Standing]) -> list[tuple[int, int]]:
    """Ranks from..to for columns: the ends with next to no probability are summed up, the rest in equal steps."""
    total = len(standings[0].ranks)
    first = min(_first(item.ranks) for item in standings)
    last = total - 1 - min(_first(item.ranks[::-1]) for item in standings)
    width = next((item for item in WIDTHS if (last - first + 1) / item <= MOST_COLUMNS - 2), WIDTHS[-1])
    found = [(1, first)] if first else []
    start = first + 1
    while start <= last + 1:
        found.append((start, min(start + width - 1, last + 1)))
        start += width
    return [*found, (last + 2, total)] if last + 2 <= total else found


def _first(shares: Sequence[float]) -> int:
    """Index of the first share with more than TAIL before and at it."""
    before = 0.0
    for index, share in enumerate(shares):
        before += share
        if before > TAIL:
            return index
    return 0


def odds(outcome: Outcome) -> ColumnChart:
    """Probability of each rank in the next edition, with and without the change."""
    changed = outcome.points.low != 0.0 or outcome.points.high != 0.0
    shown = [outcome.after, outcome.before] if changed else [outcome.after]
    columns = []
    for low, high in bins(shown):
        shares = [100 * sum(item.ranks[low - 1 : high]) for item in shown]
        label = str(low) if low == high else f"{low}–{high}"
        columns.append(Column(label, shares[0], shares[1] if changed else None))
    return ColumnChart(
        title=_("How likely each rank is in the next edition"),
        subtitle=_("%(draws)s simulated editions, the same luck with and without the change")
        % {"draws": texts.figure(outcome.draws, 0)},
        unit="%", decimals=1, language=texts.language(), columns=tuple(columns), label_name=_("Rank"),
        value_name=_("with the change") if changed else _("Probability"), comparison_name=_("without the change"),
    )  # fmt: skip


def standing_odds(standing: Standing, total: float) -> ColumnChart:
    """Probability of each rank at a given total."""
    columns = [
        Column(str(low) if low == high else f"{low}–{high}", 100 * sum(standing.ranks[low - 1 : high]))
        for low, high in bins([standing])
    ]
    return ColumnChart(
        title=_("How likely each rank is with %(total)s points") % {"total": texts.figure(total)}, unit="%",
        decimals=1, language=texts.language(), columns=tuple(columns), label_name=_("Rank"),
        value_name=_("Probability"),
    )  # fmt: skip


def rank_ranges(rows: Sequence[tuple[str, Standing]], title: str = "") -> IntervalChart:
    """Median and 5 to 95 % of the rank; the first row (without any change) looks different."""
    return _ranges(title or _("Rank in the next edition"), [(name, item.rank) for name, item in rows], 0, "")


def score_ranges(rows: Sequence[tuple[str, Standing]]) -> IntervalChart:
    return _ranges(
        _("Total in the next edition"), [(name, item.score) for name, item in rows], 1, _("points")
    )


def _ranges(title: str, rows: Sequence[tuple[str, Estimate]], decimals: int, unit: str) -> IntervalChart:
    return IntervalChart(
        title=title, subtitle=_("Median and range from 5 to 95 %"), unit=unit, decimals=decimals,
        language=texts.language(), value_name=_("Median"), range_name=_("5 to 95 %"), label_name=_("Scenario"),
        ranges=tuple(
            Range(name, item.low, item.median, item.high, 0 if number else 1) for number, (name, item) in enumerate(rows)
        ),
    )  # fmt: skip


def lever_ranges(levers: Sequence[Lever], groups: tuple[Group, ...]) -> IntervalChart | None:
    """Points of the total that each figure brings alone, with their range, the first of the list."""
    if not levers:
        return None
    return IntervalChart(
        title=_("What a few points more on one indicator bring the total"), subtitle=_("Mean and range from 5 to 95 %"),
        unit=_("points"), decimals=2, language=texts.language(), value_name=_("Points of the total"),
        range_name=_("5 to 95 %"), label_name=_("Indicator"), minimum=0.0,
        ranges=tuple(
            Range(texts.row_title(item.row, groups), item.points.low, item.points.mean, item.points.high)
            for item in levers[:LEVERS_SHOWN]
        ),
    )  # fmt: skip
