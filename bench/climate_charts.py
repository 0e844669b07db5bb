"""A chart of ten years against one of a day: a series by the ten minutes (525,600 readings), months sealed.

Run: .venv/bin/python bench/climate_charts.py [--years 10] [--runs 15]. Prints medians for the making of a chart with its
table (what a page needs), the drawing of its picture, and the same while quality control objects to a hundred readings, so
that the rows themselves must be read; each as a ratio to the chart of a day.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench._installation import installation, print_medians, taken

STEP_S, MICROS = 600, 1_000_000


def measured(years: int, runs: int) -> dict[str, list[float]]:
    import numpy as np
    import pyarrow as pa
    from django.contrib.auth.models import AnonymousUser

    from bench._observations import catalogue
    from steuerrad.engines.observations import FLAGS, batch, micros
    from steuerrad.kernel import clock
    from steuerrad.modules.climate.doubts import doubts_of
    from steuerrad.modules.climate.periods import stretch
    from steuerrad.modules.climate.queries import series
    from steuerrad.modules.climate.views_series import chart
    from steuerrad.platform.observations.store import owning
    from steuerrad.platform.ui.charts.draw import WIDE, draw

    (number,), _key = catalogue(1, 1)
    count = years * 365 * 24 * 6
    times = micros(clock.now()) - STEP_S * MICROS * np.arange(count, dtype=np.int64)[::-1]
    values = 10 + 8 * np.sin(times / (MICROS * 86_400 * 365) * 2 * np.pi)
    values = np.round(values + np.random.default_rng(1).normal(0, 2, count), 1)
    found: dict[str, list[float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder,
        owning(Path(folder) / "o") as store,
    ):
        for first in range(0, count, 100_000):
            store.submit(batch(number, times[first : first + 100_000], values[first : first + 100_000]))
        store.barrier()
        store.writer.store.seal(everything=True)
        one = series(AnonymousUser(), number)
        assert one is not None

        def make(name: str) -> object:
            span = stretch(name, [number])
            return chart(one, span, doubts_of([number], span))

        def measure(suffix: str) -> None:
            for name, period in (
                ("a day", "day"),
                ("a week", "week"),
                ("a year", "year"),
                (f"{years} years", "all"),
            ):
                spec = make(period)
                found[f"chart of {name}{suffix}"] = [taken(lambda p=period: make(p))[0] for _ in range(runs)]
                found[f"its picture{suffix}, {name}"] = [taken(lambda s=spec: draw(s, WIDE))[0] for _ in range(runs)]  # fmt: skip

        measure("")
        bad = times[:: max(1, count // 100)][:100]
        rows = {"stream": [number] * len(bad), "time": bad, "flag": [4] * len(bad), "tests": ["bench"] * len(bad),
                "run": ["bench"] * len(bad)}  # fmt: skip
        store.flag(pa.table(rows, schema=FLAGS))
        measure(" with doubtful readings")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with installation():
        times = measured(options.years, options.runs)
    print_medians(times, "chart of a day", {})


if __name__ == "__main__":
    main()
