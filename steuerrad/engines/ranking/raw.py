"""A new own raw value changes the whole column: the lowest, the highest, and who is overtaken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field, FieldIndicator

Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]


def scores_of(raw: Doubles, item: FieldIndicator) -> Doubles:
    """Scores of a column of raw values, cities last; NaN stays NaN. Sources: OECD/JRC Handbook 2008, section 5.

    min_max: (x - min) / (max - min); percentile: share of the others that are worse. A field whose values are all
    equal gets the maximum. Raises ValueError for an indicator whose scale is not known.
    """
    signed = raw if item.higher_is_better else -raw
    if item.scale == "min_max":
        low, high = np.nanmin(signed, axis=-1, keepdims=True), np.nanmax(signed, axis=-1, keepdims=True)
        width = np.where(high > low, high - low, 1.0)
        return item.maximum * np.where(
            high > low, (signed - low) / width, np.where(np.isnan(signed), np.nan, 1.0)
        )
    if item.scale == "percentile":
        known = np.isfinite(signed)
        worse = (signed[..., None, :] < signed[..., :, None]).sum(axis=-1)
        others = np.maximum(known.sum(axis=-1, keepdims=True) - 1, 1)
        return np.where(known, item.maximum * worse / others, np.nan)
    raise ValueError(f"{item.key}: how raw values become points is not known")


def recompute(
    field: Field, own: str, place: int, values: Doubles, there: NDArray[np.bool_]
) -> tuple[Doubles, Singles]:
    """Change of the own score (draws,) and of every other participant's (participants - 1, draws).

    values: new own raw value by draw, used where `there`. Participants whose raw value is not known keep their score.
    """
    if field.raw is None:
        raise ValueError("raw values are not known")
    item, column = field.indicators[place], field.raw[:, place]
    at = field.cities.index(own)
    old = scores_of(column, item)
    sign = 1.0 if item.higher_is_better else -1.0
    mine = sign * np.where(there, values, column[at])
    others = sign * np.delete(column, at)
    if item.scale == "min_max":
        own_new, new = _min_max(mine, others, item.maximum)
    else:
        own_new, new = _percentile(mine, others, item.maximum)
    moved = np.zeros((field.participants - 1, values.size), np.float32)
    shift: Any = new - np.delete(old, at)[:, None]
    moved[: len(others)] = np.nan_to_num(shift)
    return own_new - old[at], moved


def _min_max(mine: Doubles, others: Doubles, maximum: float) -> tuple[Doubles, Doubles]:
    low = np.minimum(mine, np.nanmin(others, initial=np.inf))
    width = np.maximum(mine, np.nanmax(others, initial=-np.inf)) - low
    safe = np.where(width > 0, width, 1.0)
    own = np.where(width > 0, (mine - low) / safe, 1.0)
    rest = np.where(
        width > 0, (others[:, None] - low) / safe, np.where(np.isnan(others), np.nan, 1.0)[:, None]
    )
    return maximum * own, maximum * rest


def _percentile(mine: Doubles, others: Doubles, maximum: float) -> tuple[Doubles, Doubles]:
    known = np.sort(others[np.isfinite(others)])
    count = max(len(known), 1)
    own = np.searchsorted(known, mine, side="left") / count
    behind = np.searchsorted(known, others, side="left")[:, None] + (mine[None, :] < others[:, None])
    return maximum * own, np.where(np.isnan(others)[:, None], np.nan, maximum * behind / count)
