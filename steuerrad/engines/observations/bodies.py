# pyright: basic
"""Batches as bytes for the journal: one byte for the version, one for the columns that follow, an Arrow record batch.

Columns without any value are left out; most batches have neither result times nor extras.
"""

from __future__ import annotations

import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA, checked
from steuerrad.engines.observations.faults import BatchError, Problem

VERSION = 1


def packed(table: pa.Table) -> bytes:
    """The bytes of a batch that was checked."""
    present = [
        place
        for place, column in enumerate(table.columns)
        if not SCHEMA.field(place).nullable or column.null_count < len(column)
    ]
    arrays = [whole(table.column(place)) for place in present]
    message = pa.RecordBatch.from_arrays(arrays, schema=schema_of(present)).serialize()
    return b"".join([bytes([VERSION, sum(1 << place for place in present)]), message])


def unpacked(body: bytes) -> pa.Table:
    """Raises BatchError for what is no batch of a known version."""
    if len(body) < 2 or body[0] != VERSION:
        raise BatchError([Problem(None, "batch", "written by another version of the program")])
    present = [place for place in range(len(SCHEMA)) if body[1] >> place & 1]
    try:
        found = pa.ipc.read_record_batch(pa.py_buffer(body).slice(2), schema_of(present))
        found.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise BatchError([Problem(None, "batch", f"damaged: {error}")]) from None
    given = dict(zip(present, found.columns, strict=True))
    columns = [given.get(place, pa.nulls(found.num_rows, field.type)) for place, field in enumerate(SCHEMA)]
    return checked(pa.table(columns, schema=SCHEMA))


def schema_of(present: list[int]) -> pa.Schema:
    return pa.schema([SCHEMA.field(place) for place in present])


def whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
