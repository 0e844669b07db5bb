"""Holds for every test of the project."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from tests.support.stage import CityStage

SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_setup",
    "live_server",
    "product",
}  # not django_db_blocker: every test uses it, through a fixture of pytest-django
TRANSACTIONAL_FIXTURES = {"transactional_db", "live_server"}
CITIES = ("bochum", "musterstadt")
POSTGRES_GUARDED = (
    "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
)
STAGE = pytest.StashKey[CityStage]()


def pytest_configure(config: pytest.Config) -> None:
    """Static files come from their sources; an empty folder keeps WhiteNoise from warning about a missing one.

    Passwords are hashed by the same method as in service, with the least effort that it knows.
    """
    data = tempfile.mkdtemp(prefix="data-")  # observations of the tests never reach those of the installation
    config.add_cleanup(lambda: shutil.rmtree(data, ignore_errors=True))
    settings.DATA_DIR = Path(data)
    static = tempfile.mkdtemp(prefix="static-")
    config.add_cleanup(lambda: shutil.rmtree(static, ignore_errors=True))
    settings.STATIC_ROOT = Path(static)
    for name, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
        setattr(Argon2PasswordHasher, name, least)
    config.stash[STAGE] = CityStage()


@pytest.fixture(autouse=True)
def language_of_the_installation() -> None:
    """A request of the test client leaves its language to the thread: no test inherits that of another."""
    translation.deactivate()


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
    """Files that want the same city follow each other, so that it is loaded once; of these, large files first.

    Against PostgreSQL only what touches a database runs again; the rest has run with SQLite already.
    """
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        config.hook.pytest_deselected(items=[item for item in items if not needs_database(item)])
        items[:] = [item for item in items if needs_database(item)]
    size = Counter(item.path for item in items)
    cities: dict[Path, int] = Counter()
    for item in items:
        cities[item.path] = max(cities[item.path], 1 + CITIES.index(wanted(item)) if wanted(item) else 0)
    items.sort(key=lambda item: (cities[item.path], -size[item.path], item.path))


def needs_database(item: pytest.Item) -> bool:
    """Whether a test is marked for the database or uses a fixture that opens it, and has not said that one is enough."""
    if item.get_closest_marker("one_database"):
        return False
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def wanted(item: pytest.Item) -> str:
    """The city that a test names, the first of them if there are two; empty for none."""
    names = getattr(item, "fixturenames", ())
    return next((city for city in CITIES if city in names), "")


def commits(item: pytest.Item) -> bool:
    """Whether a test ends its transactions itself and therefore needs a database without an open one."""
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or not TRANSACTIONAL_FIXTURES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that did not ask for the city that is still loaded finds an empty database."""
    stage = item.config.stash[STAGE]
    if not stage.shown and needs_database(item) and (commits(item) or wanted(item) != stage.city):
        stage.clear()


@pytest.fixture(scope="session")
def city_stage(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[CityStage]:
    stage = request.config.stash[STAGE]
    stage.blocker = django_db_blocker
    yield stage
    stage.clear()


@pytest.fixture(scope="module")
def bochum(city_stage: CityStage) -> Iterator[str]:
    """Bochum's real folder with demo logins. Use together with the mark django_db."""
    with city_stage.show("bochum"):
        yield "bochum"


@pytest.fixture(scope="module")
def musterstadt(city_stage: CityStage) -> Iterator[str]:
    """The invented second city with demo logins. Use together with the mark django_db."""
    with city_stage.show("musterstadt"):
        yield "musterstadt"
