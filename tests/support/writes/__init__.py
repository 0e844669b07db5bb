"""Every address that writes, who may, and what is sent: the table that the tests of rights walk through."""

from __future__ import annotations

from tests.support.writes import (
    alerts,
    campaign,
    climate,
    index,
    intake,
    personal,
    portfolio,
    prioritisation,
    sensors,
    strategy,
)
from tests.support.writes.kinds import Objects, Write, made

__all__ = ["CALCULATE", "ELSEWHERE", "WRITES", "Objects", "Write", "made", "prepared"]

TABLES = (strategy, portfolio, index, campaign, prioritisation, personal, sensors, alerts, intake, climate)
WRITES: tuple[Write, ...] = tuple(write for table in TABLES for write in table.WRITES)
#: They take POST, but only compute or look into a file.
CALCULATE = tuple(write for table in TABLES for write in getattr(table, "CALCULATE", ()))
#: They belong to no role: signing in and out, the language, links and keys whose token is the proof. Tested beside them.
ELSEWHERE = (
    "account/",
    "i18n/setlang/",
    "sign-in/",
    "notifications/mail/<str:token>/",
    "sensors/push/",
    "sensors/uplinks/",
    "sta/v1.1",
)


def prepared() -> Objects:
    """The people, and everything that the addresses point to."""
    objects = made()
    for table in TABLES:
        table.prepare(objects)
    return objects
