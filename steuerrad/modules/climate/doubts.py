"""What quality control found suspect or wrong: left out of figures and charts, unless somebody asks to see it.

Flags after QARTOD (3 suspect, 4 fail). Raw values stay as they are; the figures just do not use these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Flag
from steuerrad.modules.climate.periods import Stretch
from steuerrad.platform.observations.store import observations

LEFT_OUT: tuple[int, ...] = (int(Flag.SUSPECT), int(Flag.FAIL))
#: More flags of a stretch are not read one by one; the count is then a lower bound.
MOST = 200_000
#: Figures look a day beyond the stretch at both ends (nights, counters, moving means).
MARGIN = 86_400_000_000


class FlagStore(Protocol):
    """What reads flags; both kinds of store of platform/observations do."""

    def flags(
        self,
        streams: Iterable[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 100_000,
    ) -> pa.Table: ...


@dataclass(frozen=True)
class Doubts:
    """times: µs of the values left out by series. shown: the visitor wants to see and use them all the same."""

    times: dict[int, NDArray[np.int64]] = field(default_factory=dict[int, NDArray[np.int64]])
    shown: bool = False

    def without(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Flags to leave out of these series; none where nothing is flagged, so that sums made before can be used."""
        return LEFT_OUT if not self.shown and any(number in self.times for number in numbers) else ()

    def within(self, number: int, low: int, high: int) -> NDArray[np.int64]:
        found = self.times.get(number, np.empty(0, np.int64))
        return found[(found >= low) & (found < high)]

    def count(self, numbers: Iterable[int], low: int, high: int) -> int:
        return sum(len(self.within(number, low, high)) for number in numbers)

    def keep(self, number: int, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these values figures may use."""
        if self.shown or number not in self.times:
            return np.ones(len(times), bool)
        return ~np.isin(times, self.times[number])


NONE = Doubts()


def doubts_of(numbers: Iterable[int], stretch: Stretch, shown: bool = False) -> Doubts:
    """What is flagged in a stretch of some series."""
    chosen = list(numbers)
    if not chosen:
        return Doubts(shown=shown)
    return Doubts(flagged(chosen, stretch.low - MARGIN, stretch.high + MARGIN), shown)


def flagged(numbers: Iterable[int], low: int, high: int) -> dict[int, NDArray[np.int64]]:
    """Times (µs, rising) by series of values with low <= time < high that are suspect or wrong."""
    with observations() as opened:
        store: Any = opened
        table = cast(FlagStore, store).flags(list(numbers), low, high, limit=MOST)
    stream, time, flag = (table.column(name).to_numpy() for name in ("stream", "time", "flag"))
    bad = np.isin(flag, LEFT_OUT)
    stream, time = stream[bad], time[bad].astype(np.int64)
    return {int(number): np.sort(time[stream == number]) for number in np.unique(stream)}
