"""PostgreSQL killed, stopped and cut off under two machines that write: acknowledged, lost, twice, wrong sums.

Four faults in turn, at random moments: SIGKILL for the whole server, SIGKILL for one connection, all connections ended,
the server stopped; each time it is started again. Readers ask all the while.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from steuerrad.engines.observations.tests.outages import run

FAULTS = 200


def main() -> int:
    logging.disable(logging.ERROR)  # the writers tell each outage
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        found = run(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS, seed=7)
        took = time.monotonic() - begin
    print(
        f"{sum(found.faults.values())} faults ({', '.join(f'{n} x {name}' for name, n in found.faults.items())}), "
        f"{len(found.acknowledged):,} batches acknowledged, {found.rows:,} rows stored: lost {found.lost}, "
        f"twice {found.twice}, wrong {found.wrong}, wrong sums {found.wrong_sums}, revisions {found.revisions}, "
        f"dead {found.dead}; {found.reads:,} reads, {found.unavailable:,} told that the database does not answer "
        f"(slowest {found.slowest_refusal_s:.1f} s), {len(found.strange)} told anything else; {took:.0f} s"
    )
    for strange in found.strange[:5]:
        print("  ", strange)
    bad = (found.lost, found.twice, found.wrong, found.wrong_sums, found.revisions, found.dead, found.strange)
    return 1 if any(bad) else 0


if __name__ == "__main__":
    sys.exit(main())
