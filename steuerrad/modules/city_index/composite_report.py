"""A computed composite index as tables: results, parts, treated outliers, choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from steuerrad.engines.scoring.composite import Composite, correlations
from steuerrad.engines.scoring.order import Flags, Floats
from steuerrad.engines.scoring.sensitivity import Assumption, LeftOut, RankUncertainty
from steuerrad.engines.scoring.sobol import SobolIndices
from steuerrad.modules.city_index.composite_files import CompositeData
from steuerrad.platform.tables.table import Column, Table, Value

DIGITS = 6


@dataclass(frozen=True)
class CompositeReport:
    """An index with all that was found out about it; uncertainty and choices only where they were asked for."""

    data: CompositeData
    values: Floats
    filled: Flags
    result: Composite
    left_out: tuple[LeftOut, ...]
    uncertainty: RankUncertainty | None
    choices: tuple[tuple[Assumption, ...], SobolIndices] | None

    @property
    def order(self) -> list[int]:
        """Rows by rank, those without at the end."""
        ranks = self.result.ranks
        return sorted(
            range(len(ranks)), key=lambda row: (ranks[row] == 0, int(ranks[row]), self.data.codes[row])
        )


def shown(value: float, digits: int = DIGITS) -> float | None:
    """A rounded number for a table; None where it is unknown."""
    return None if np.isnan(value) else round(float(value), digits)


def results_table(report: CompositeReport) -> Table:
    """Units by rank: total, range of ranks, every aggregate and the normalised indicators."""
    framework, found = report.result.framework, report.result
    columns = (
        Column("rank", _("Rank"), "integer"), Column("code", _("Code")), Column("name", _("Name")),
        Column("known", _("Share of weight with data"), "decimal"), Column("total", _("Total"), "decimal"),
        Column("rank_5", _("Rank, 5 %"), "decimal"), Column("rank_median", _("Rank, median"), "decimal"),
        Column("rank_95", _("Rank, 95 %"), "decimal"),
        *(Column(f"node_{node.key}", node.title or node.key, "decimal") for node in framework.nodes),
        *(Column(f"score_{leaf.key}", leaf.title or leaf.key, "decimal") for leaf in framework.indicators),
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Value]]:
        for row in report.order:
            around = report.uncertainty
            ranks = (None, None, None) if around is None else (
                shown(around.low[row], 2), shown(around.median[row], 2), shown(around.high[row], 2),
            )  # fmt: skip
            yield (
                int(found.ranks[row]) or None, report.data.codes[row], report.data.names[row],
                shown(known_share(report)[row], 4), shown(found.total[row]), *ranks,
                *(shown(value) for value in found.nodes[row]), *(shown(value) for value in found.scores[row]),
            )  # fmt: skip

    return Table("results", _("Results"), columns, rows())


def known_share(report: CompositeReport) -> Floats:
    """(n,) share of the effective weight that rests on data, not on filled gaps."""
    real = ~np.isnan(report.values) & ~report.filled
    return real @ report.result.framework.effective_weights()[: real.shape[1]]


def elements_table(report: CompositeReport) -> Table:
    """Every indicator and aggregate: effective weight, correlation with the total, shift of ranks without it."""
    framework, found = report.result.framework, report.result
    shifts = {item.key: item.shift for item in report.left_out}
    weights = framework.effective_weights()
    columns = (
        Column("code", _("Code")), Column("title", _("Title")), Column("parent", _("Part of")),
        Column("level", _("Level"), "integer"), Column("weight", _("Effective weight"), "decimal"),
        Column("correlation", _("Correlation with the total"), "decimal"),
        Column("shift_without", _("Mean shift of ranks without it"), "decimal"),
        Column("known", _("Units with data"), "integer"), Column("filled", _("Filled gaps"), "integer"),
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Value]]:
        count = len(framework.indicators)
        for number, element in enumerate(framework.elements):
            own = found.scores[:, number] if number < count else found.nodes[:, number - count]
            related = correlations(np.stack([own, found.total], axis=1))[0, 1]
            leaf = number < count
            yield (
                element.key, element.title, element.parent, int(framework.levels[number]), shown(weights[number]),
                shown(related), shown(shifts.get(element.key, np.nan)),
                int((~np.isnan(report.values[:, number]) & ~report.filled[:, number]).sum()) if leaf else None,
                int(report.filled[:, number].sum()) if leaf else None,
            )  # fmt: skip

    return Table("elements", _("Indicators and aggregates"), columns, rows())


def treated_table(report: CompositeReport) -> Table:
    """What was done to outliers, by indicator."""
    columns = (
        Column("code", _("Code")), Column("skewness_before", _("Skewness before"), "decimal"),
        Column("kurtosis_before", _("Kurtosis before"), "decimal"), Column("skewness", _("Skewness"), "decimal"),
        Column("kurtosis", _("Kurtosis"), "decimal"), Column("moved", _("Units moved")),
        Column("logarithm", _("Logarithm"), "boolean"), Column("settled", _("Within the thresholds"), "boolean"),
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Value]]:
        for item in report.result.treated:
            moved = " ".join(report.data.codes[row] for row in item.moved)
            yield (
                report.result.framework.indicators[item.column].key, *(shown(value) for value in item.before),
                *(shown(value) for value in item.after), moved, item.logarithm, item.settled,
            )  # fmt: skip

    return Table("treated", _("Treated outliers"), columns, rows())


def choices_table(report: CompositeReport) -> Table:
    """Sobol indices of the choices of method; empty when none were asked for."""
    columns = (
        Column("choice", _("Choice")), Column("alone", _("Explains alone"), "decimal"),
        Column("alone_5", _("Alone, 5 %"), "decimal"), Column("alone_95", _("Alone, 95 %"), "decimal"),
        Column("whole", _("With interactions"), "decimal"), Column("whole_5", _("With interactions, 5 %"), "decimal"),
        Column("whole_95", _("With interactions, 95 %"), "decimal"),
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Value]]:
        if report.choices is None:
            return
        names, found = report.choices
        parts = (
            found.first,
            found.first_low,
            found.first_high,
            found.whole,
            found.whole_low,
            found.whole_high,
        )
        for number, name in enumerate(names):
            yield (name, *(shown(float(part[number]), 4) for part in parts))

    return Table("choices", _("Choices of method"), columns, rows())


TABLES = (results_table, elements_table, treated_table, choices_table)
