"""What a file tells, put by on the disk until the whole file has been read: only then is anything made or stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.bulk.portions import Block, Told
from steuerrad.modules.sensors.bulk.staging import folder
from steuerrad.modules.sensors.reading import FileRefusedError

AT_ONCE = 262_144
#: Series of things, all together.
MOST_PAIRS = 500_000
#: code: place of the pair in `pairs`. times: µs.
SCHEMA = pa.schema([("code", pa.int32()), ("time", pa.int64()), ("value", pa.float64())])


@dataclass
class Spool:
    """things: by their keys, as first told. pairs: (thing key, series) → code; counts: figures of each code."""

    file: Any
    things: dict[str, Told] = field(default_factory=dict[str, Told])
    pairs: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    counts: list[int] = field(default_factory=list[int])
    rows: int = 0
    _waiting: list[pa.RecordBatch] = field(default_factory=list[pa.RecordBatch])
    _held: int = 0
    _writer: Any = None

    def put(self, block: Block) -> None:
        """Raises FileRefusedError for more series than a table tells of."""
        width = len(block.names)
        combined = block.thing * width + block.series
        counts = np.bincount(combined, minlength=1)
        lookup = np.zeros(len(counts), np.int32)
        for place in np.flatnonzero(counts).tolist():
            thing, name = block.things[place // width], block.names[place % width]
            lookup[place] = code = self._code(thing, name)
            self.counts[code] += int(counts[place])
        rows = len(combined)
        self.rows += rows
        columns = [pa.array(column) for column in (lookup[combined], block.times, block.values)]
        self._waiting.append(pa.record_batch(columns, schema=SCHEMA))
        self._held += rows
        if self._held >= AT_ONCE:
            self._write()

    def _code(self, thing: Told, name: str) -> int:
        self.things.setdefault(thing.key, thing)
        code = self.pairs.setdefault((thing.key, name), len(self.pairs))
        if code == len(self.counts):
            if code >= MOST_PAIRS:
                raise FileRefusedError(_("The table tells of more than 500,000 series; is the column right?"))
            self.counts.append(0)
        return code

    def tables(self) -> Iterator[pa.Table]:
        """All that was put in, in its order."""
        self._write()
        if self._writer is None:
            return
        self._writer.close()
        self.file.flush()
        self.file.seek(0)
        for part in pa.ipc.open_stream(pa.PythonFile(self.file, mode="r")):
            yield pa.Table.from_batches([part])

    def _write(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._writer = pa.ipc.new_stream(self.file, SCHEMA)
        table = pa.Table.from_batches(self._waiting).combine_chunks()
        self._writer.write_table(table)
        self._waiting, self._held = [], 0


@contextmanager
def spooled() -> Iterator[Spool]:
    """A spool that leaves nothing behind. Raises OSError when the disk is full."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=folder(), buffering=1024**2) as file:
        yield Spool(file)
