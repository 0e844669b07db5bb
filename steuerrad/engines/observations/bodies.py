# pyright: basic
"""Batches as bytes for the journal: an Arrow record batch without its schema, after one byte for the version."""

from __future__ import annotations

import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA, checked
from steuerrad.engines.observations.faults import BatchError, Problem

VERSION = b"\x01"


def packed(table: pa.Table) -> bytes:
    """One chunk a column, as `checked` gives it."""
    arrays = [column.chunk(0) if column.num_chunks else column.combine_chunks() for column in table.columns]
    message = pa.RecordBatch.from_arrays(arrays, schema=SCHEMA).serialize()
    return VERSION + message.to_pybytes()


def unpacked(body: bytes) -> pa.Table:
    """Raises BatchError for what is no batch of a known version."""
    if body[:1] != VERSION:
        raise BatchError([Problem(None, "batch", "written by another version of the program")])
    try:
        found = pa.ipc.read_record_batch(pa.py_buffer(body).slice(1), SCHEMA)
        found.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise BatchError([Problem(None, "batch", f"damaged: {error}")]) from None
    return checked(pa.Table.from_batches([found]))
