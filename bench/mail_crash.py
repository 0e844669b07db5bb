"""Mail with workers killed by SIGKILL at random moments: sent, received, lost, twice, left to the operator."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.mail_crash import Result, run

KILLS, MAILS = 200, 800


def show(title: str, result: Result) -> None:
    print(
        f"{title}: {result.kills} kills, {result.wanted} mails, received {result.received}, lost {result.lost}, "
        f"twice {result.twice}, in doubt {result.in_doubt}, left to the operator {result.flagged} "
        f"(of these received {result.flagged_received}), {result.seconds:.0f} s"
    )


def main() -> int:
    with_journal = run(kills=KILLS, count=MAILS, journal=True)
    show("with a journal", with_journal)
    without = run(kills=KILLS, count=MAILS, journal=False, seed=2)
    show("without a journal", without)
    good = all(result.lost == result.twice == 0 for result in (with_journal, without))
    return 0 if good and with_journal.flagged == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
