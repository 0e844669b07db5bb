"""Ranks from scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def competition_ranks(scores: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the rank of each score, 1 for the highest; equal scores share the best rank (1, 2, 2, 4).

    Raises ValueError for a score that is not a number.
    """
    values = np.asarray(scores, dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError("a missing score has no rank; use rank_bounds for partial knowledge")
    ordered = np.sort(values)
    return len(values) - np.searchsorted(ordered, values, side="right") + 1
