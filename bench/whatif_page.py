"""The what-if as a visitor's browser asks for it: over HTTP from a server of its own, while a slider moves.

Run: .venv/bin/python bench/whatif_page.py [--runs 40]. Prints medians for the result alone (what a slider asks for),
the whole page, the first answer after a start and the decision paper, and their ratio to the imprint, which shows text
and computes nothing.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "/imprint/"
TARGET_MS = 200.0
EDITION = "/prioritisation/whatif/city_index.field/2020/"
PRODUCT = "import sys; from steuerrad.config.cli import main; sys.exit(main())"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def ask(address: str) -> float:
    """Seconds until the whole answer has come. Raises HTTPError for anything but success."""
    start = time.perf_counter()
    with urllib.request.urlopen(address, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - start


def median_ms(addresses: list[str]) -> tuple[float, float]:
    """Median and slowest, in milliseconds."""
    times = [1000 * ask(address) for address in addresses]
    return statistics.median(times), max(times)


def slider(base: str, path: str, runs: int) -> list[str]:
    """As many different positions of two sliders, so that no answer is one that was kept."""
    return [
        f"{base}{path}?"
        + urlencode(
            {
                "i.administration/city_app": f"{1 + 98 * run / runs:.2f}",
                "i.mobility/parken": f"{100 - 12 * run / runs:.2f}",
            }
        )
        for run in range(runs)
    ]


def prepare(env: dict[str, str]) -> None:
    for command in (["manage", "migrate", "-v0"], ["manage", "createcachetable"], ["load"]):
        subprocess.run(
            [sys.executable, "-c", PRODUCT, *command], cwd=ROOT, env=env, check=True, capture_output=True
        )
    subprocess.run(
        [sys.executable, "-c", PRODUCT, "manage", "collectstatic", "--noinput", "-v0"],
        cwd=ROOT, env=env, check=True, capture_output=True,
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        env = os.environ | {"STEUERRAD_DATA_DIR": folder, "PYTHONPATH": str(ROOT)}
        env.pop("STEUERRAD_DATABASE_URL", None)
        prepare(env)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "steuerrad.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
             "--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "error"], cwd=ROOT, env=env,
        )  # fmt: skip
        try:
            wait_for(base)
            measure(base, options.runs)
        finally:
            server.terminate()
            server.wait(10)
    return 0


def wait_for(base: str) -> None:
    for _ in range(200):
        try:
            ask(base + PLAIN)
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def measure(base: str, runs: int) -> None:
    plain, _slowest = median_ms([base + PLAIN] * runs)
    first = 1000 * ask(base + EDITION)
    rows = [
        ("a slider moves (result alone)", *median_ms(slider(base, EDITION + "result/", runs))),
        ("the whole page", *median_ms(slider(base, EDITION, runs))),
        ("levers, one indicator at a time", *median_ms([base + EDITION + "levers/"] * runs)),
        (
            "cheapest way to a rank",
            *median_ms([f"{base}{EDITION}targets/?rank={1 + run % 20}" for run in range(runs)]),
        ),
    ]
    print(
        f"{'over HTTP, 81 cities x 38 indicators':36} {'median ms':>9} {'slowest':>9} {'x imprint':>9}   ({runs} runs)"
    )
    print(f"{'imprint':36} {plain:9.1f}")
    print(f"{'first answer after a start':36} {first:9.1f} {'':9} {first / plain:9.1f}")
    for name, median, slowest in rows:
        print(f"{name:36} {median:9.1f} {slowest:9.1f} {median / plain:9.1f}")
    print(
        f"target: a slider answers under {TARGET_MS:g} ms at the median: {'met' if rows[0][1] < TARGET_MS else 'MISSED'}"
    )


if __name__ == "__main__":
    sys.exit(main())
