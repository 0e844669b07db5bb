"""An installation of its own for a measurement in this process, and how its times are taken and told."""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def installation(city: str = "") -> Iterator[None]:
    """SQLite in a folder that is thrown away, migrated, with the city's data where one is named."""
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        os.environ |= {
            "STEUERRAD_DATA_DIR": folder,
            "STEUERRAD_ALLOWED_HOSTS": "testserver",
            "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings",
        }
        os.environ.pop("STEUERRAD_DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from steuerrad.platform.city.loading import load_city

        call_command("migrate", verbosity=0)
        if city:
            load_city(city)
        try:
            yield
        finally:
            connection.close()


def taken(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds and the result."""
    start = time.perf_counter()
    result = act()
    return (time.perf_counter() - start) * 1000, result


def print_medians(
    times: Mapping[str, Sequence[float]], against: str, more: Mapping[str, Any]
) -> dict[str, float]:
    """A line for each name: median and worst in milliseconds, how many times the median of `against`, which ran in the
    same minutes, and what `more` says about it. Answers the medians."""
    medians = {name: statistics.median(took) for name, took in times.items()}
    width = max(map(len, times))
    print(f"{'':{width}} {'median ms':>9} {'worst':>8} {'ratio':>7}   to: {against}")
    for name, took in times.items():
        ratio = medians[name] / medians[against]
        print(f"{name:{width}} {medians[name]:9.1f} {max(took):8.1f} {ratio:7.1f} {more.get(name, '')}")
    return medians
