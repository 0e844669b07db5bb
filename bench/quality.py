"""Quality control: values a second of each test, and how the time grows with the number of values.

Ratios are to one pass of NumPy over the same values (absolute differences) in the same run. The series is made: a daily
course with noise, five-minute steps, spikes and stretches that stand still.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from steuerrad.engines.quality import HOUR, check, parameters

SIZES = (30_000, 300_000, 3_000_000)
STEP = HOUR // 12
TOLD: dict[str, Any] = {
    "gross_range": {"low": -40, "high": 60, "suspect_low": -25, "suspect_high": 42},
    "rate_of_change": {"per_hour": 24, "at_least": 4},
    "spike": {"suspect": 3, "fail": 10, "width": 2},
    "stuck": {"suspect_h": 6, "fail_h": 24},
    "attenuated": {"span": 0.4, "window_h": 12},
    "gap": {"interval_s": 300},
}
RUNS = 5


def series(size: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(7)
    values = np.round(12 + 8 * np.sin(np.arange(size) * (2 * np.pi / 288)) + rng.normal(0, 0.3, size), 1)
    values[rng.integers(0, size, size // 5000)] += 6
    for begin in range(4000, size - 200, 20_000):
        values[begin : begin + 144] = values[begin]
    return np.arange(size) * STEP, values


def median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def main() -> None:
    print(
        f"{'test':16}" + "".join(f"{size:>14,} values" for size in SIZES) + "   median ms (ratio to one pass)"
    )
    made = [series(size) for size in SIZES]
    plain = [median(lambda values=values: np.abs(np.diff(values))) for _times, values in made]
    names = [[name] for name in TOLD] + [list(TOLD)]
    for chosen in names:
        told = parameters({name: TOLD[name] for name in {*chosen, "gap"}})
        cells = []
        for (times, values), base in zip(made, plain, strict=True):
            taken = median(lambda times=times, values=values, told=told: check(times, values, told))
            cells.append(f"{taken * 1000:11.1f} ({taken / base:5.1f})")
        print(f"{chosen[0] if len(chosen) == 1 else 'all':16}" + "   ".join(cells))


if __name__ == "__main__":
    main()
