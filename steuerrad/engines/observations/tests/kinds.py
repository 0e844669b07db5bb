"""Stores of both kinds for the same tests: a DuckDB file, or a schema of its own in a PostgreSQL server."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from steuerrad.engines.observations import Options, Writer, open_folder
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.postgres.store import PostgresStore
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.storing import Keeping

KINDS: Sequence[str] = ("duckdb", "postgres")


@dataclass
class Numbers:
    """Stands for a journal that has handed out every number that a test will use."""

    identity: str
    last: int = 2**40

    def renamed(self) -> str:
        raise AssertionError("a test used a number above the last")


class Shelf:
    """One place to keep observations, to be opened any number of times."""

    def __init__(self, url: str, folder: Path) -> None:
        """url: of a PostgreSQL server, or empty for a file in the folder."""
        self.folder = folder
        self.url = f"{url}?schema=test_{uuid.uuid4().hex[:12]}" if url else ""
        self.numbers = Numbers(uuid.uuid4().hex)

    def store(self, options: Options) -> Keeping:
        if not self.url:
            return Store(self.folder / "store.duckdb", options)
        journal: Journal = self.numbers  # type: ignore[assignment]
        return PostgresStore(self.url, journal, options)

    def writer(self, options: Options, machine: str = "observations") -> Writer:
        return open_folder(self.folder / machine, options, self.url)
