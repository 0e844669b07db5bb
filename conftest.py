"""Holds for every test of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from steuerrad.kernel.registry import registry
from steuerrad.platform.city.loading import load_city

SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_setup",
    "django_db_blocker",
    "live_server",
    "product",
}
POSTGRES_GUARDED = (
    "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
)


@pytest.fixture(autouse=True, scope="session")
def flush_may_empty_guarded_tables() -> Iterator[None]:
    """Tests of transactions empty all tables between them; triggers that keep the audit log forbid just that.

    So the triggers are off during the flush, and only then.
    """
    patch = pytest.MonkeyPatch()
    operations: type[BaseDatabaseOperations] = type(connection.ops)
    flush = operations.execute_sql_flush

    def without_triggers(self: Any, sql_list: list[str]) -> None:
        if self.connection.vendor == "postgresql":
            with self.connection.cursor() as cursor:
                cursor.execute(POSTGRES_GUARDED)
                tables = [name for (name,) in cursor.fetchall()]
            off, on = (
                [f"ALTER TABLE {name} {verb} TRIGGER USER" for name in tables]
                for verb in ("DISABLE", "ENABLE")
            )
            flush(self, [*off, *sql_list, *on])
            return
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(SQLITE_TRIGGERS).fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        flush(self, [*drops, *sql_list, *(sql for _name, sql in triggers)])

    patch.setattr(operations, "execute_sql_flush", without_triggers)
    yield
    patch.undo()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Against PostgreSQL only what touches a database runs again; the rest has run with SQLite already."""
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return
    kept = [item for item in items if needs_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not needs_database(item)])
    items[:] = kept


def needs_database(item: pytest.Item) -> bool:
    """Whether a test is marked for the database or uses a fixture that opens it."""
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def loaded(slug: str, blocker: Any) -> Iterator[str]:
    """The city's folder in the test database, for the tests of one module; undone by one rollback."""
    with blocker.unblock(), transaction.atomic():
        load_city(slug)
        for demo in registry.all("demo"):
            demo.make(settings.CITIES_DIR / slug)
        yield slug
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def bochum(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Bochum's real folder with demo logins. Use together with the mark django_db."""
    yield from loaded("bochum", django_db_blocker)


@pytest.fixture(scope="module")
def musterstadt(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The invented second city with demo logins. Use together with the mark django_db."""
    yield from loaded("musterstadt", django_db_blocker)
