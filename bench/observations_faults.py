"""The data server under faults, over HTTP: killed, full, out of time, flooded, cheated. Exits 1 when one is not survived.

python bench/observations_faults.py [NAME ...]: kills, disk, clock, backlog, uplinks, slow, hostile; all without a name.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._installation import installation
from bench._observations import catalogue

KILLS, STREAMS = int(os.environ.get("KILLS", "200")), 16


def kills(folder: Path) -> bool:
    from steuerrad.modules.sensors.server.tests import killing

    process, streams = _prepared(folder)
    begin = time.monotonic()
    found = killing.run(process, streams, KILLS)
    inside = ", ".join(f"{count} {place}" for place, count in found.inside.items())
    print(f"   {found.kills} kills, {found.starting} of them while starting, inside: {inside}; "
          f"{len(streams)} senders, {time.monotonic() - begin:.0f} s")  # fmt: skip
    print(f"   {found.found}")
    return found.found.good and found.found.acknowledged > 0


NAMES = ("kills", "disk", "clock", "backlog", "uplinks", "slow", "hostile")


def _prepared(folder: Path):
    from steuerrad.modules.sensors.server.tests.process import Process

    numbers, key = catalogue(STREAMS, 4)
    return Process(folder, key), numbers


def main(names: list[str]) -> int:
    failed = []
    for name in names or list(NAMES):
        print(f"-- {name}", flush=True)
        code = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, __file__, "--one", name])
        if code:
            failed.append(name)
    print(f"not survived: {', '.join(failed)}" if failed else "all survived")
    return 1 if failed else 0


def one(name: str) -> int:
    """Each case in an installation, and a process, of its own."""
    with installation():
        folder = Path(os.environ["STEUERRAD_DATA_DIR"])
        if name == "kills":
            return 0 if kills(folder) else 1
        from bench._observations_faults import CASES

        process, streams = _prepared(folder)
        try:
            return 0 if CASES[name](process, streams) else 1
        finally:
            if process.running is not None and process.running.poll() is None:
                process.stop()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    raise SystemExit(one(arguments[1]) if arguments[:1] == ["--one"] else main(arguments))
