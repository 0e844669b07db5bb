"""200 kills with SIGKILL of the process that watches over alerts, with real mail and webhooks. `python -m bench.alert_crash`"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support import postgres
from tests.support.alert_crash import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--streams", type=int, default=5)
    parser.add_argument("--waves", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--postgres", action="store_true", help="on a throw-away PostgreSQL instead of SQLite"
    )
    options = parser.parse_args()
    given = {"kills": options.kills, "streams": options.streams, "waves": options.waves, "seed": options.seed}
    if options.postgres:
        with postgres.server() as url:
            result = run(**given, database_url=url)
    else:
        result = run(**given)
    for name, value in asdict(result).items():
        print(f"{name:20} {value:10.1f}" if isinstance(value, float) else f"{name:20} {value:8}")
    wrong = (
        result.alerts_lost, result.alerts_twice, result.mails_lost, result.mails_twice, result.hooks_lost, result.hooks_twice,
        result.hooks_unsigned, result.hooks_disordered,
    )  # fmt: skip
    if any(wrong):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
