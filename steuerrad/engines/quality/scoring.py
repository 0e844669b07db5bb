# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false, reportMissingTypeStubs=false
"""Counting what tests find of planted faults: recall by fault, precision of new alarms, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Flags, bad
from steuerrad.engines.quality.planting import Planted

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """hits of total, with the interval of Wilson (1927, J. Am. Stat. Assoc. 22, 209-212) at 95 %."""

    hits: int
    total: int

    def __add__(self, other: Share) -> Share:
        return Share(self.hits + other.hits, self.total + other.total)

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        share, n, square = self.hits / self.total, self.total, Z95**2
        middle = (share + square / (2 * n)) / (1 + square / n)
        half = Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


NONE = Share(0, 0)


def recall(flags: Flags, planted: Planted) -> Share:
    """Faults with at least one objection in them, or at the value right behind (where a fault ends with a step)."""
    objecting = bad(flags)
    ends = np.minimum(np.maximum(planted.ends, planted.begins + 1) + 1, len(flags))
    counts = np.concatenate([[0], np.cumsum(objecting)])
    return Share(int((counts[ends] > counts[planted.begins]).sum()), len(planted.begins))


def alarms(flags: Flags, planted: Planted) -> Share:
    """Runs of objections: those that touch a fault or the value next to it, of all. What the untouched series was already
    blamed for counts as false, though it may be a real fault: a lower bound.
    """
    wide: NDArray[np.bool_] = np.asarray(
        scipy.ndimage.binary_dilation(planted.touched(), iterations=1), np.bool_
    )
    found = runs(flags)
    return Share(sum(bool(wide[begin:end].any()) for begin, end in found), len(found))


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Places of the first value and behind the last one of each run of objections."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], bad(flags).astype(np.int8), [0]])))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
