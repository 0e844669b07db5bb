"""All tests that look at one series alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steuerrad.engines.quality import series_tests
from steuerrad.engines.quality.flags import Flag, Flags, Times, Values, worst
from steuerrad.engines.quality.gaps import Gaps, gaps
from steuerrad.engines.quality.parameters import Parameters

#: Version of the tests: a result of another version is not comparable.
ENGINE_VERSION = 2


@dataclass(frozen=True)
class Checked:
    """verdicts: test → flag of each value given, in the same order. gaps: None without an expected interval."""

    verdicts: dict[str, Flags]
    gaps: Gaps | None

    def worst(self, size: int) -> Flags:
        return worst(self.verdicts.values(), size)


def check(times: Times, values: Values, told: Parameters) -> Checked:
    """times: µs, rising without repeats; values: NaN is a missing value (flag 9, test "missing"), the tests pass it over."""
    present = np.isfinite(values)
    at, seen = times[present], values[present]
    found: dict[str, Flags] = {}
    if told.gross_range:
        found["gross_range"] = series_tests.gross_range(seen, told.gross_range)
    if told.rate_of_change:
        found["rate_of_change"] = series_tests.rate_of_change(at, seen, told.rate_of_change)
    if told.spike:
        found["spike"] = series_tests.spike(at, seen, told.spike)
    if told.stuck:
        found["stuck"] = series_tests.stuck(at, seen, told.stuck)
    if told.attenuated and told.gap:
        found["attenuated"] = series_tests.attenuated(at, seen, told.gap.interval_s, told.attenuated)
    if not present.all():
        found = {name: _spread(one, present) for name, one in found.items()}
        found["missing"] = np.where(present, Flag.GOOD, Flag.MISSING).astype(np.uint8)
    return Checked(found, gaps(times, told.gap) if told.gap else None)


def _spread(flags: Flags, present: np.ndarray) -> Flags:
    whole = np.full(len(present), Flag.NOT_EVALUATED, np.uint8)
    whole[present] = flags
    return whole
