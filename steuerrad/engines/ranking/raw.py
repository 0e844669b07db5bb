"""A new own raw value changes the whole column: the lowest, the highest, and who is overtaken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field, FieldIndicator, Scale

Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]
SCALES: tuple[Scale, ...] = ("min_max", "percentile", "rank")
FEWEST_TELLING = 5


def scores_of(raw: Doubles, item: FieldIndicator) -> Doubles:
    """Scores of a column of raw values, cities last; NaN stays NaN. Sources: OECD/JRC Handbook 2008, section 5.

    min_max: (x - min) / (max - min); percentile: share of the others that are worse; rank: share of the others that
    are not better. A field whose values are all equal gets the maximum on a min-max scale. Raises ValueError for an
    indicator whose scale is not known.
    """
    signed = raw if item.higher_is_better else -raw
    if item.scale == "min_max":
        low, high = np.nanmin(signed, axis=-1, keepdims=True), np.nanmax(signed, axis=-1, keepdims=True)
        width = np.where(high > low, high - low, 1.0)
        return item.maximum * np.where(
            high > low, (signed - low) / width, np.where(np.isnan(signed), np.nan, 1.0)
        )
    if item.scale in ("percentile", "rank"):
        known = np.isfinite(signed)
        one, other = signed[..., :, None], signed[..., None, :]
        behind = (
            other < one
            if item.scale == "percentile"
            else (other <= one) & ~np.eye(raw.shape[-1], dtype=np.bool_)
        )
        others = np.maximum(known.sum(axis=-1, keepdims=True) - 1, 1)
        return np.where(known, item.maximum * behind.sum(axis=-1) / others, np.nan)
    raise ValueError(f"{item.key}: how raw values become points is not known")


def fitting_scale(
    raw: Doubles, scores: Doubles, maximum: float, rounding: float = 0.05
) -> tuple[Scale, bool] | None:
    """The scale, and whether higher is better, that gives every published score within its rounding.

    raw, scores: (cities,), NaN where not known. None when no scale fits or fewer than five scores between the ends of
    the scale tell one from another. Without equal raw values "percentile" and "rank" are the same.
    """
    telling = np.isfinite(scores) & np.isfinite(raw) & (scores > rounding) & (scores < maximum - rounding)
    if len(np.unique(scores[telling])) < FEWEST_TELLING:
        return None
    known = np.isfinite(scores) & np.isfinite(raw)
    for scale in SCALES:
        for higher in (True, False):
            item = FieldIndicator("", "", 0, maximum=maximum, scale=scale, higher_is_better=higher)
            if np.abs(scores_of(raw, item)[known] - scores[known]).max() <= rounding + 1e-9:
                return scale, higher
    return None


def recompute(
    field: Field, own: str, place: int, values: Doubles, there: NDArray[np.bool_]
) -> tuple[Doubles, Singles]:
    """Change of the own score (draws,) and of every other participant's (participants - 1, draws).

    values: new own raw value by draw, used where `there`. Raises ValueError unless the raw value of every participant
    is known: otherwise nobody knows the ends of the scale or who is overtaken.
    """
    item = field.indicators[place]
    column = known_column(field, place)
    at = field.cities.index(own)
    old = scores_of(column, item)
    sign = 1.0 if item.higher_is_better else -1.0
    mine = sign * np.where(there, values, column[at])
    others = sign * np.delete(column, at)
    if item.scale == "min_max":
        own_new, new = _min_max(mine, others, item.maximum)
    else:
        own_new, new = _places(mine, others, item.maximum, equal_counts=item.scale == "rank")
    moved = (new - np.delete(old, at)[:, None]).astype(np.float32)
    return own_new - old[at], moved


def known_column(field: Field, place: int) -> Doubles:
    """The raw values of an indicator. Raises ValueError when any participant's is missing."""
    item = field.indicators[place]
    known = 0 if field.raw is None else int(np.isfinite(field.raw[:, place]).sum())
    if field.raw is None or known < field.participants:
        raise ValueError(f"{item.key}: raw values of only {known} of {field.participants} cities are known")
    if item.scale == "points":
        raise ValueError(f"{item.key}: how raw values become points is not known")
    return field.raw[:, place]


def _min_max(mine: Doubles, others: Doubles, maximum: float) -> tuple[Doubles, Doubles]:
    low = np.minimum(mine, others.min(initial=np.inf))
    width = np.maximum(mine, others.max(initial=-np.inf)) - low
    safe = np.where(width > 0, width, 1.0)
    own = np.where(width > 0, (mine - low) / safe, 1.0)
    rest = np.where(width > 0, (others[:, None] - low) / safe, 1.0)
    return maximum * own, maximum * rest


def _places(mine: Doubles, others: Doubles, maximum: float, *, equal_counts: bool) -> tuple[Doubles, Doubles]:
    """equal_counts: those with the same value count as not better ("rank"), else as not worse ("percentile")."""
    ordered = np.sort(others)
    count = max(len(ordered), 1)
    own = np.searchsorted(ordered, mine, side="right" if equal_counts else "left") / count
    if equal_counts:
        behind = (
            np.searchsorted(ordered, others, side="right")[:, None] - 1 + (mine[None, :] <= others[:, None])
        )
    else:
        behind = np.searchsorted(ordered, others, side="left")[:, None] + (mine[None, :] < others[:, None])
    return maximum * own, maximum * behind / count
