"""Server time and number of queries of the demo city's pages, through the whole stack of middleware.

Run: .venv/bin/python bench/pages.py [--runs 20]. Prints the median a page and its ratio to the imprint, which shows
text and asks the database for next to nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "/imprint/"


def addresses() -> list[str]:
    """Every page without arguments, and one of each kind of object."""
    from django.urls import get_resolver

    from steuerrad.modules.city_index.models import Edition, IndexCity
    from steuerrad.modules.strategy.models import Field, Kpi, KpiValue, Measure, Theme
    from steuerrad.platform.organisations.models import Organisation

    own = IndexCity.objects.get(name="Bochum")
    objects = [
        Theme.objects.first(),
        Field.objects.first(),
        Measure.objects.exclude(kpis=None).first(),
        Kpi.objects.first(),
        KpiValue.objects.select_related("kpi").first().kpi,
        Organisation.objects.exclude(measures=None).first(),
        Edition.objects.get(year=2020),
        own,
    ]
    plain = [PLAIN, "/", "/search/?q=mobilit%C3%A4t", *simple(get_resolver().url_patterns)]
    return list(dict.fromkeys(plain + [item.get_absolute_url() for item in objects]))


def simple(patterns: list, prefix: str = "") -> list[str]:
    found = []
    for item in patterns:
        route = prefix + str(item.pattern)
        if route.startswith(("admin/", "account/", "i18n/", "api/v1/")):
            continue
        if hasattr(item, "url_patterns"):
            found += simple(item.url_patterns, route)
        elif "<" not in route:
            found.append("/" + route)
    return found


def measure(runs: int) -> list[tuple[str, float, int]]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser, rows = Client(), []
    for address in addresses():
        if browser.get(address).status_code != 200:  # this is the warm-up, too
            continue
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        count = len(queries)  # now: the log that it reads from is emptied by the next request
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            browser.get(address).content  # noqa: B018 - the work is in reading it
            times.append(time.perf_counter() - start)
        rows.append((address, statistics.median(times) * 1000, count))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
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
        load_city("bochum")
        rows = measure(options.runs)
        connection.close()
    plain = {address: took for address, took, _queries in rows}[PLAIN]
    print(f"{'page':44} {'median ms':>9} {'x imprint':>9} {'queries':>8}   ({options.runs} runs)")
    for address, took, queries in sorted(rows, key=lambda row: -row[1]):
        print(f"{address[:44]:44} {took:9.1f} {took / plain:9.1f} {queries:8}")
    slow = [address for address, took, _queries in rows if took >= 100]
    print(
        f"target: every page under 100 ms at the median: {'met' if not slow else 'MISSED by ' + ', '.join(slow)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
