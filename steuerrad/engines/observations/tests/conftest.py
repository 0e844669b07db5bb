"""Both kinds of stores; the PostgreSQL server is started once for all tests of a run that want it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from steuerrad.engines.observations.tests.kinds import KINDS, Shelf
from tests.support import postgres


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session", params=KINDS)
def url(request: pytest.FixtureRequest) -> str:
    """Of the server, or empty for DuckDB."""
    return request.getfixturevalue("database") if request.param == "postgres" else ""


@pytest.fixture
def shelf(url: str, tmp_path: Path) -> Shelf:
    return Shelf(url, tmp_path)
