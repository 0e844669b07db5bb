"""Starts the command line with a fault built in: python failing.py FAULT COUNT ARGUMENT...

FAULT kills the process with SIGKILL at a place where a power cut would hurt most, when it comes there for the COUNT-th time;
"clock" instead adds what the file named by FAULT_CLOCK says (seconds) to the clock of the process.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[5]))

JOURNAL, APPLY, APPLIED, SORT = "journal_written", "before_commit", "after_commit", "while_sorting"
FAULTS = (JOURNAL, APPLY, APPLIED, SORT)


def counted(count: int) -> Callable[[], None]:
    """Kills the process when it is called for the count-th time."""
    left = [count]

    def come_by() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return come_by


def install(fault: str, count: int) -> None:
    if fault == "clock":
        shift_clock(Path(os.environ["FAULT_CLOCK"]))
        return
    from steuerrad.engines.observations import applying, journal, sealing
    from steuerrad.engines.observations.room import Options

    few_rows = {"hot_rows": 20_000, "warm_rows": 100_000}  # so that sorting is always under way
    names = Options.__match_args__
    defaults = zip(names, Options.__init__.__defaults__ or (), strict=True)
    Options.__init__.__defaults__ = tuple(few_rows.get(name, value) for name, value in defaults)
    come_by = counted(count)
    if fault == JOURNAL:
        insert = journal.Journal._insert

        def inserted(self: Any, *told: Any) -> Any:
            found = insert(self, *told)  # is on the disk, nobody has heard of it
            come_by()
            return found

        journal.Journal._insert = inserted  # type: ignore[method-assign]
    elif fault == SORT:
        renew = sealing.renew_summary

        def renewed(cursor: Any) -> None:
            renew(cursor)
            come_by()

        sealing.renew_summary = renewed
    else:
        store = applying.store

        def stored(room: Any, *told: Any) -> Any:
            if fault == APPLIED:
                found = store(room, *told)
                come_by()
                return found
            with room.transaction() as connection:  # rows that are written and never committed
                connection.execute("INSERT INTO hot VALUES (1, 1, 1, NULL, NULL)")
                come_by()
                connection.execute("DELETE FROM hot WHERE stream = 1 AND time = 1")
            return store(room, *told)

        applying.store = stored


def shift_clock(file: Path) -> None:
    """All clocks that the product reads, except the monotonic one, as when somebody sets the machine's time."""
    from datetime import datetime, timedelta

    import steuerrad.kernel.clock as kernel
    from steuerrad.modules.sensors.server import app

    real, real_ns = time.time, time.time_ns

    def ahead() -> float:
        try:
            return float(file.read_text() or 0)
        except (OSError, ValueError):
            return 0.0

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=ahead())

    time.time = lambda: real() + ahead()
    time.time_ns = lambda: real_ns() + int(ahead() * 1e9)
    kernel.datetime = app.datetime = Shifted  # type: ignore[attr-defined, misc]


def main() -> int:
    fault, count = sys.argv[1], int(sys.argv[2])
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steuerrad.config.settings")
    django.setup()
    install(fault, count)
    sys.argv = ["steuerrad", *sys.argv[3:]]
    return entry_points(group="console_scripts", name="steuerrad")["steuerrad"].load()()


if __name__ == "__main__":
    raise SystemExit(main())
