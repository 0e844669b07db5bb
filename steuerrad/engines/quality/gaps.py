"""Values that were expected and did not come (QARTOD test 1, timing and gap), as stretches of time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Times
from steuerrad.engines.quality.parameters import Gap


class Gaps(NamedTuple):
    """after: time (µs) of the value before the gap; until: of the value behind it; missed: values that lack (estimate)."""

    after: NDArray[np.int64]
    until: NDArray[np.int64]
    missed: NDArray[np.int64]

    def expected(self, interval_s: float) -> NDArray[np.int64]:
        """When the first of the values that did not come should have come."""
        return self.after + round(interval_s * 1e6)


def gaps(times: Times, told: Gap) -> Gaps:
    """times: µs, rising."""
    between = np.diff(times)
    at = np.flatnonzero(between > told.factor * told.interval_s * 1e6)
    missed = np.maximum(1, np.rint(between[at] / (told.interval_s * 1e6)).astype(np.int64) - 1)
    return Gaps(times[at], times[at + 1], missed)
