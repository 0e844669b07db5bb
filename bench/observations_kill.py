"""The writer of observations killed by SIGKILL at random moments under load: acknowledged, lost, twice, torn."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from steuerrad.engines.observations.tests.killing import run

KILLS = 200


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        result = run(Path(folder) / "observations", KILLS, seed=7)
        took = time.monotonic() - begin
    print(
        f"{result.kills} kills ({result.during_start} before anything was acknowledged), "
        f"{result.acknowledged:,} batches acknowledged, {result.rows:,} rows stored: "
        f"lost {result.lost}, twice {result.twice}, torn {result.torn}, wrong {result.wrong}, "
        f"stored without the acknowledgment being seen {result.unasked}, {took:.0f} s"
    )
    return 1 if result.lost or result.twice or result.torn or result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
