"""Ranks from scores, and what ranks and scores bound of each other when only some are known."""

from steuerrad.engines.ranking.bounds import Bound, Conflict, Entry, RankBounds, rank_bounds
from steuerrad.engines.ranking.change import (
    ChangeSplit,
    FieldChange,
    field_change,
    min_max_score,
    rank_score,
    split_change,
)
from steuerrad.engines.ranking.competition import competition_ranks

__all__ = [
    "Bound",
    "ChangeSplit",
    "Conflict",
    "Entry",
    "FieldChange",
    "RankBounds",
    "competition_ranks",
    "field_change",
    "min_max_score",
    "rank_bounds",
    "rank_score",
    "split_change",
]
