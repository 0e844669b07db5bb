"""Holds for every test of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

SQLITE_TRIGGERS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_auditentry'"
)


@pytest.fixture(autouse=True, scope="session")
def flush_may_empty_the_audit_log() -> Iterator[None]:
    """Tests of transactions empty all tables between them; the audit log's triggers forbid just that.

    So the triggers are off during the flush, and only then.
    """
    patch = pytest.MonkeyPatch()
    operations: type[BaseDatabaseOperations] = type(connection.ops)
    flush = operations.execute_sql_flush

    def without_triggers(self: Any, sql_list: list[str]) -> None:
        if self.connection.vendor == "postgresql":
            name = "ALTER TABLE audit_auditentry {} TRIGGER USER"
            flush(self, [name.format("DISABLE"), *sql_list, name.format("ENABLE")])
            return
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(SQLITE_TRIGGERS).fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        flush(self, [*drops, *sql_list, *(sql for _name, sql in triggers)])

    patch.setattr(operations, "execute_sql_flush", without_triggers)
    yield
    patch.undo()
