"""How long it takes to make, open and show a round of 160 questions for 60 organisations.

Run: .venv/bin/python bench/campaign_round.py [--runs 10]. Median milliseconds, and the ratio to the imprint, measured
in the same run: a page that asks the database for next to nothing. Opening is the action and the page after it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench._installation import installation, print_medians, taken

TARGET_MS = 200


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
    with installation("musterstadt"):
        times = measure(options.runs)
    print(f"160 questions, 60 organisations, {options.runs} runs")
    medians = print_medians(times, "imprint", {})
    met = medians["open, and its page"] < TARGET_MS
    print(f"target: opening and its page under {TARGET_MS} ms: {'met' if met else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
