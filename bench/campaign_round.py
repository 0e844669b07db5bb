"""How long it takes to make, open and show a round of 160 questions for 60 organisations.

Run: .venv/bin/python bench/campaign_round.py [--runs 10]. Median milliseconds, and the ratio to the imprint, measured
in the same run: a page that asks the database for next to nothing. Opening is the action and the page after it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET_MS = 200


def taken(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds and the result."""
    start = time.perf_counter()
    result = act()
    return (time.perf_counter() - start) * 1000, result


def measure(runs: int) -> dict[str, list[float]]:
    from django.test import Client

    from bench._campaign_stage import make_draft, people, register
    from steuerrad.modules.campaign.actions.rounds import open_round
    from steuerrad.modules.campaign.queries.progress import board

    register()
    boss, _people = people(120)
    browser = Client()
    browser.force_login(boss)
    times: dict[str, list[float]] = {
        "make the draft": [], "open": [], "page of the round": [], "open, and its page": [],
        "table of questions": [], "progress": [], "imprint": [],
    }  # fmt: skip

    def page(address: str) -> None:
        answer = browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    for run in range(runs + 1):  # the first is the warm-up
        made, draft = taken(lambda: make_draft(boss))
        opening, _round = taken(lambda pk=draft.pk: open_round(boss, pk))
        shown, _ = taken(lambda pk=draft.pk: page(f"/campaign/{pk}/"))
        table, _ = taken(lambda pk=draft.pk: page(f"/campaign/{pk}/questions/"))
        progress, _ = taken(lambda row=draft: board(boss, row))
        plain, _ = taken(lambda: page("/imprint/"))
        if run:
            for name, took in zip(
                times, (made, opening, shown, opening + shown, table, progress, plain), strict=True
            ):
                times[name].append(took)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        os.environ |= {
            "STEUERRAD_DATA_DIR": folder,
            "STEUERRAD_ALLOWED_HOSTS": "testserver",
            "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings",
        }
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from steuerrad.platform.city.loading import load_city

        call_command("migrate", verbosity=0)
        load_city("musterstadt")
        times = measure(options.runs)
        print(f"{connection.vendor}, 160 questions, 60 organisations, {options.runs} runs")
        connection.close()
    plain = statistics.median(times["imprint"])
    print(f"{'':24} {'median ms':>9} {'worst':>8} {'x imprint':>9}")
    for name, took in times.items():
        middle = statistics.median(took)
        print(f"{name:24} {middle:9.1f} {max(took):8.1f} {middle / plain:9.1f}")
    met = statistics.median(times["open, and its page"]) < TARGET_MS
    print(f"target: opening and its page under {TARGET_MS} ms: {'met' if met else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
