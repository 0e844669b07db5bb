"""Several database connections in one test: SQLite's test database lives in memory, where only one can look.

place = shared(tmp_path); copied(place) puts what the test has made where the others see it; together(place, acts) runs
all at once, each with a connection of its own; alone(place, act) looks at the outcome.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, connections

PATIENCE_SECONDS = 120


def shared(folder: Path) -> dict[str, Any]:
    """Settings of a database that several connections can use: a file in the folder, or the PostgreSQL test database."""
    name = {"NAME": str(folder / "shared.sqlite3")} if connection.vendor == "sqlite" else {}
    return connection.settings_dict | name


def copied(place: dict[str, Any]) -> None:
    """Put what was committed so far where the others see it. Nobody else may have it open."""
    if connection.vendor != "sqlite":
        return
    for suffix in ("", "-wal", "-shm"):
        Path(f"{place['NAME']}{suffix}").unlink(missing_ok=True)
    target = sqlite3.connect(place["NAME"])
    connection.ensure_connection()
    connection.connection.backup(target)
    # Two that open it at once would both turn this on, and SQLite does not wait for that one lock.
    target.execute("PRAGMA journal_mode = WAL")
    target.close()


def together(place: dict[str, Any], acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all in the same moment, each in a thread with a connection of its own; answers results or exceptions."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        connections["default"].settings_dict = dict(place)
        try:
            start.wait(30)
            results[index] = act()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return results


def alone(place: dict[str, Any], act: Callable[[], Any]) -> Any:
    """Run one in the shared database; raises what it raises."""
    [result] = together(place, [act])
    if isinstance(result, Exception):
        raise result
    return result


def address(place: dict[str, Any]) -> str:
    """The same database as STEUERRAD_DATABASE_URL names it, for another process."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    return f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
