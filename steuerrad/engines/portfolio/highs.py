"""The one place that speaks to the solver: HiGHS through SciPy, with types at its edge."""

# pyright: basic, reportArgumentType=false
# SciPy has no type information; what goes in and comes out is stated here. It loads its parts when they are first
# used; to name them here would make every command of the product load them.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import scipy
from numpy.typing import NDArray

from steuerrad.engines.portfolio.silence import silent

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats, float, float]
"""A row: its columns, their figures, low, high."""


@dataclass(frozen=True)
class Found:
    """value: of the best point; bound: no point has less. x None: none was found in time ("time"), or there is none."""

    status: Literal["solved", "time", "none"]
    x: Floats | None
    value: float
    bound: float


def minimise(
    objective: Floats,
    lines: Sequence[Line],
    low: Floats,
    high: Floats,
    whole: int = 0,
    *,
    seconds: float = 30.0,
    gap: float = 0.0,
) -> Found:
    """Minimise objective @ x over low <= x <= high and the lines; the first `whole` columns are whole numbers."""
    kinds = np.zeros(len(objective))
    kinds[:whole] = 1
    with silent():
        result = cast(
            Any,
            scipy.optimize.milp(
                objective,
                integrality=kinds,
                bounds=scipy.optimize.Bounds(low, high),
                constraints=constraints(lines, len(objective)),
                options={"time_limit": max(seconds, 0.01), "mip_rel_gap": gap},
            ),
        )
    if result.x is None:
        known = result.mip_dual_bound
        return Found(
            "none" if result.status == 2 else "time", None, np.nan, -np.inf if known is None else known
        )
    bound = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
    status: Literal["solved", "time"] = "solved" if result.status == 0 else "time"
    return Found(status, np.asarray(result.x, dtype=np.float64), float(result.fun), float(bound))


def constraints(lines: Sequence[Line], width: int) -> Any:
    if not lines:
        return None
    lengths = [len(columns) for columns, _, _, _ in lines]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    columns = np.concatenate([line[0] for line in lines]).astype(np.int64)
    figures = np.concatenate([line[1] for line in lines])
    matrix = scipy.sparse.csr_array((figures, columns, starts), shape=(len(lines), width))
    return scipy.optimize.LinearConstraint(matrix, [line[2] for line in lines], [line[3] for line in lines])


def prices(objective: Floats, lines: Sequence[Line], low: Floats, high: Floats, tail: int) -> Floats | None:
    """Solve without whole numbers; shadow prices (>= 0) of the last `tail` lines, which have an upper limit only.

    None when there is no solution.
    """
    made = constraints(lines, len(objective))
    above, below = np.isfinite(made.ub), np.isfinite(made.lb)
    below[len(below) - tail :] = False
    matrix, highs, lows = made.A, np.asarray(made.ub), np.asarray(made.lb)
    with silent():
        result = cast(
            Any,
            scipy.optimize.linprog(
                objective,
                A_ub=scipy.sparse.vstack([-matrix[below], matrix[above]]),
                b_ub=np.concatenate([-lows[below], highs[above]]),
                bounds=np.column_stack([low, high]),
            ),
        )
    if result.x is None:
        return None
    return np.maximum(0.0, -np.asarray(result.ineqlin.marginals, dtype=np.float64)[-tail:])
