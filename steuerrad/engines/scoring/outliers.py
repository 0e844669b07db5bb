"""Keep single extreme values from deciding an indicator, and say what was done.

A column is treated when skewness and kurtosis are both beyond their thresholds (OECD/JRC handbook 2008, step 4;
thresholds and order of the steps as in COINr): first its extreme points are set to the next one, at most so many;
if that does not suffice, the column as it was is taken in logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steuerrad.engines.scoring.order import Floats

ROUNDING = 1e-9
FEWEST = 4  # sample kurtosis is defined from four values on
MARGIN = 0.01  # the logarithm's argument begins at this share of the range


@dataclass(frozen=True, slots=True)
class Treatment:
    """Treat where abs(skewness) > ``skewness`` and kurtosis > ``kurtosis``, moving at most ``most_points`` points."""

    most_points: int = 5
    skewness: float = 2.0
    kurtosis: float = 3.5

    def __post_init__(self) -> None:
        if self.most_points < 0 or self.skewness < 0:
            raise ValueError("number of points and skewness must not be negative")


@dataclass(frozen=True, slots=True)
class Treated:
    """What was done to one column, with its moments before and after.

    moved: rows that were set to the next value, in order. logarithm: the column is a logarithm now, nothing moved.
    settled: it is within the thresholds now.
    """

    column: int
    before: tuple[float, float]
    after: tuple[float, float]
    moved: tuple[int, ...]
    logarithm: bool
    settled: bool


def moments(values: Floats) -> tuple[float, float]:
    """Sample skewness G1 and excess kurtosis G2 of the known values (n,) (Joanes and Gill 1998).

    (0, 0) for fewer than four values and for equal ones, which have no outliers.
    """
    known = values[~np.isnan(values)]
    n = known.size
    if n < FEWEST or known.min() == known.max():
        return 0.0, 0.0
    spread = known - known.mean()
    spread /= np.abs(spread).max()  # the moments are of no unit; this keeps their powers in range
    squares = spread * spread
    second, third, fourth = (float(x.mean()) for x in (squares, squares * spread, squares * squares))
    skewness = third / second**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = ((n + 1) * (fourth / second**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return float(skewness), float(kurtosis)


def beyond(found: tuple[float, float], treatment: Treatment) -> bool:
    """Whether skewness and kurtosis call for a treatment; rounding in another unit must not decide that."""
    return abs(found[0]) > treatment.skewness + ROUNDING and found[1] > treatment.kurtosis + ROUNDING


def treat(values: Floats, treatment: Treatment) -> tuple[Floats, tuple[Treated, ...]]:
    """Treated copy of ``values`` (n, m) and what was done, by column. NaN stays NaN."""
    result = values.copy()
    report: list[Treated] = []
    for column in range(values.shape[1]):
        before = moments(values[:, column])
        if beyond(before, treatment):
            result[:, column], moved, logarithm = _treated(values[:, column], treatment)
            after = moments(result[:, column])
            settled = not beyond(after, treatment)
            report.append(Treated(column, before, after, moved, logarithm, settled))
    return result, tuple(report)


def _treated(values: Floats, treatment: Treatment) -> tuple[Floats, tuple[int, ...], bool]:
    moved, found = _winsorised(values, treatment)
    if beyond(moments(moved), treatment):
        return logarithms(values), (), True
    return moved, tuple(found), False


def _winsorised(values: Floats, treatment: Treatment) -> tuple[Floats, list[int]]:
    """Set the most extreme points on the skewed side to the next one until the column is settled.

    The side is looked up anew at each step; points at one end always hold that end's value together.
    """
    result = values.copy()
    high: list[int] = []
    low: list[int] = []
    for _ in range(treatment.most_points):
        found = moments(result)
        if not beyond(found, treatment):
            break
        _cut(result, high, 1) if found[0] > 0 else _cut(result, low, -1)
    return result, high + low


def _cut(result: Floats, cut: list[int], sign: int) -> None:
    """Add the next most extreme point to ``cut`` and set all of these to the value that follows."""
    rest = np.where(np.isnan(result), -np.inf, sign * result)
    rest[cut] = -np.inf
    cut.append(int(rest.argmax()))
    rest[cut[-1]] = -np.inf
    result[cut] = sign * rest.max()


def logarithms(values: Floats) -> Floats:
    """log(x - min + 1 % of the range) where large values stick out, mirrored where small ones do; order is kept."""
    least, greatest = float(np.nanmin(values)), float(np.nanmax(values))
    margin = MARGIN * (greatest - least)
    if moments(values)[0] < 0:
        return -np.log(greatest - values + margin)
    return np.log(values - least + margin)
