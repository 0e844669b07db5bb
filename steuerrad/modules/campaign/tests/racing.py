"""Processes that act on one database in the same moment, as the workers of a server do.

Each is told on its standard input, a line of JSON a move, and answers with one: {"outcome": "done" | name of the error,
"message"}. A move: act (see ACTS, or "sql": statements past all of the program's own rules, in one transaction), at (the
second of the clock at which it begins, so that all begin together), and what the act takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
AHEAD_SECONDS = 0.3  # before the first of them begins, and nothing begins earlier
PATIENCE_SECONDS = 60


def acts() -> dict[str, Any]:
    from steuerrad.modules.campaign.actions.answers import submit_answer
    from steuerrad.modules.campaign.actions.freezing import freeze_round
    from steuerrad.modules.campaign.actions.moves import Words, make_move
    from steuerrad.modules.campaign.tests.stage import given

    def move(name: str) -> Any:
        return lambda who, key, seen, **_more: make_move(name, who, key, Words(seen, "Grund"))

    return {
        "submit": lambda who, key, seen, value="411", **_more: submit_answer(who, key, given(value), based_on=seen),
        "freeze": lambda who, key, **_more: freeze_round(who, key, reason="Frist"),
        "sql": lambda statements, pause, **_more: in_plain_sql(statements, pause),
    } | {name: move(name) for name in ("check", "release", "send_back", "withdraw")}  # fmt: skip


def in_plain_sql(statements: list[list[Any]], pause: float) -> None:
    """One transaction; pause: seconds after each statement, in which others can come between."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)
            time.sleep(pause)


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve() -> None:
    """The process: wait for moves until the input ends."""
    import django

    django.setup()
    from django.db import connections

    from steuerrad.kernel.registry import registry
    from steuerrad.modules.campaign.tests.stage import Stage
    from steuerrad.platform.accounts.models import User

    registry.add(Stage().module())
    known = acts()
    tell("ready")
    for line in sys.stdin:
        told = json.loads(line)
        act, at = known[told.pop("act")], told.pop("at")
        try:
            if "who" in told:
                told["who"] = User.objects.get(pk=told["who"])
            while time.time() < at:
                pass
            act(**told)
            answer = {"outcome": "done", "message": ""}
        except Exception as error:  # noqa: BLE001 - told to the test
            answer = {"outcome": type(error).__name__, "message": str(error)}
        finally:
            connections.close_all()
        tell(json.dumps(answer))


class Racers:
    """The processes, and one race after the other between them."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        environment = os.environ | {
            "STEUERRAD_DATABASE_URL": url, "STEUERRAD_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "steuerrad.modules.campaign.tests.racing"], cwd=ROOT, env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(count)
        ]  # fmt: skip
        for process in self.processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def race(self, *moves: dict[str, Any]) -> list[dict[str, str]]:
        """Let all begin in the same moment, each `after` seconds later than that; answers what became of each."""
        start = time.time() + AHEAD_SECONDS
        running = self.processes[: len(moves)]
        for process, told in zip(running, moves, strict=True):
            assert process.stdin is not None
            told = dict(told)
            process.stdin.write(json.dumps(told | {"at": start + told.pop("after", 0)}) + "\n")
            process.stdin.flush()
        return [json.loads(process.stdout.readline()) for process in running if process.stdout]

    def stop(self) -> None:
        for process in self.processes:
            process.communicate(timeout=PATIENCE_SECONDS)  # its input ends, and so does the process


if __name__ == "__main__":
    serve()
