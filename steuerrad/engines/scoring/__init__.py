"""Scores from parts by exact interval arithmetic: what printed figures can mean and what follows from them."""

from steuerrad.engines.scoring.aggregation import (
    MEAN,
    SUM_WITH_BONUS,
    AggregationRule,
    Explanation,
    Part,
    category_score,
    explain,
    weighted_mean,
)
from steuerrad.engines.scoring.fault import Fault, PartFault, locate_fault, required_value
from steuerrad.engines.scoring.interval import Interval, total
from steuerrad.engines.scoring.printed import (
    Figure,
    NotAFigureError,
    OutsideScaleError,
    figure_interval,
    figures_agree,
    parse_figure,
    printed_interval,
    shown,
)
from steuerrad.engines.scoring.verdict import Outcome, Verdict, check_figure

__all__ = [
    "MEAN",
    "SUM_WITH_BONUS",
    "AggregationRule",
    "Explanation",
    "Fault",
    "Figure",
    "Interval",
    "NotAFigureError",
    "Outcome",
    "OutsideScaleError",
    "Part",
    "PartFault",
    "Verdict",
    "category_score",
    "check_figure",
    "explain",
    "figure_interval",
    "figures_agree",
    "locate_fault",
    "parse_figure",
    "printed_interval",
    "required_value",
    "shown",
    "total",
    "weighted_mean",
]
