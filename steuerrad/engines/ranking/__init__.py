"""Ranks from scores, what ranks and scores bound of each other, and what a change brings in the next edition."""

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
from steuerrad.engines.ranking.field import Field, FieldIndicator
from steuerrad.engines.ranking.model import Model
from steuerrad.engines.ranking.movement import Movement, PastYear, Prior
from steuerrad.engines.ranking.outcome import Estimate, Note, Outcome, Share, Split, Standing
from steuerrad.engines.ranking.own_change import Move, OwnChange
from steuerrad.engines.ranking.prepared import Prepared
from steuerrad.engines.ranking.simulate import ENGINE_VERSION, prepare, simulate

__all__ = [
    "ENGINE_VERSION",
    "Bound",
    "ChangeSplit",
    "Conflict",
    "Entry",
    "Estimate",
    "Field",
    "FieldChange",
    "FieldIndicator",
    "Model",
    "Move",
    "Movement",
    "Note",
    "Outcome",
    "OwnChange",
    "PastYear",
    "Prepared",
    "Prior",
    "RankBounds",
    "Share",
    "Split",
    "Standing",
    "competition_ranks",
    "field_change",
    "min_max_score",
    "prepare",
    "rank_bounds",
    "rank_score",
    "simulate",
    "split_change",
]
