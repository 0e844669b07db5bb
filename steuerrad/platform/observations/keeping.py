"""What the owner of the store does for the operator: copies of everything, and taking away what is old enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from steuerrad.engines.observations import Retention, StoreFault, Writer

#: (datastreams, days that single figures are kept)
Rule = tuple[Sequence[int], int]
#: Asked of the owner by the other processes.
CALLS = frozenset(["backup", "retain"])


def back_up(writer: Writer, folder: str) -> dict[str, Any]:
    """A copy of store and journal while both are at work; returns its manifest. Raises ValueError with the reason."""
    try:
        return asdict(writer.backup(Path(folder)))
    except (StoreFault, OSError) as error:
        raise ValueError(str(error)) from error


def retain(writer: Writer, rules: Sequence[Rule], now: int) -> int:
    """Take single figures away that are older than their rule says; sums stay. now: µs. Returns the rows removed."""
    writer.barrier()
    return writer.store.retain([Retention(tuple(streams), days) for streams, days in rules], now)


def answer(writer: Writer, name: str, arguments: Sequence[Any]) -> Any:
    return back_up(writer, *arguments) if name == "backup" else retain(writer, *arguments)
