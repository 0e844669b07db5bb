"""Instants as microseconds since 1970 UTC, from and to ISO 8601 (RFC 3339 with its usual variations)."""

# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.faults import SHOWN, BatchError, Problem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LOWEST = -62_135_596_800 * SECOND  # 0001-01-01T00:00:00Z
HIGHEST = 253_402_300_800 * SECOND - 1  # 9999-12-31T23:59:59.999999Z

SHAPE = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)$"
UNZONED = r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?$"
TOO_FINE = r"[.,](\d{1,6})\d*"

Texts = Sequence[str | None] | pa.Array | pa.ChunkedArray


def micros(instant: datetime) -> int:
    """Raises ValueError for a time without zone."""
    if instant.utcoffset() is None:
        raise ValueError("a time without zone")
    return (instant - EPOCH) // timedelta(microseconds=1)


def moment(instant: int) -> datetime:
    """Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=instant)


def iso(instants: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """ "2024-01-01T00:00:00.000Z": milliseconds, and microseconds where there are any."""
    if isinstance(instants, pa.ChunkedArray):
        instants = instants.combine_chunks()
    stamps = pc.cast(pc.cast(instants, pa.int64()), pa.timestamp("us"))
    text = pc.replace_substring(pc.cast(stamps, pa.string()), " ", "T")
    coarse = pc.replace_substring_regex(text, r"(\.\d{3})000$", r"\1")
    return pc.binary_join_element_wise(coarse, "Z", "")


def instants(texts: Texts, column: str = "time") -> pa.Int64Array:
    """Microseconds of ISO 8601 texts with a zone; finer digits are cut off. Raises BatchError with the rows."""
    text = strings(texts, column)
    try:
        found = parsed(text)
    except pa.ArrowInvalid:
        found = parsed_with_care(text, column)
    return found


def intervals(texts: Texts, column: str = "time") -> tuple[pa.Int64Array, pa.Int64Array | None]:
    """Starts and ends of texts like "a/b" or "a"; no ends at all when no text is an interval.

    An end is null where the text is an instant. Raises BatchError with the rows, also when an end lies before its start.
    """
    text = strings(texts, column)
    split = pc.fill_null(pc.match_substring(text, "/"), False)
    if not pc.any(split).as_py():
        return instants(text, column), None
    parts = pc.split_pattern(text, "/", max_splits=1)
    starts = instants(pc.list_element(parts, 0), column)
    second = pc.replace_substring_regex(text, r"^[^/]*/?", "")
    ends = instants(pc.if_else(split, second, pa.scalar(None, pa.string())), column)
    backwards = pc.fill_null(pc.less(ends, starts), False)
    if pc.any(backwards).as_py():
        refuse(backwards, column, "the interval ends before it starts")
    return starts, ends


def strings(texts: Texts, column: str) -> pa.StringArray:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not isinstance(texts, pa.Array):
        try:
            texts = pa.array(texts, pa.string())
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise BatchError([Problem(None, column, str(error))]) from None
    return texts if texts.type == pa.string() else pc.cast(texts, pa.string())


def parsed(text: pa.StringArray) -> pa.Int64Array:
    """Raises ArrowInvalid when one of the texts is not as Arrow wants it."""
    return pc.cast(pc.cast(text, pa.timestamp("us", "UTC")), pa.int64())


def parsed_with_care(text: pa.StringArray, column: str) -> pa.Int64Array:
    unzoned = pc.fill_null(pc.match_substring_regex(text, UNZONED), False)
    if pc.any(unzoned).as_py():
        refuse(unzoned, column, "a time without zone")
    shapeless = pc.invert(pc.fill_null(pc.match_substring_regex(text, SHAPE), True))
    if pc.any(shapeless).as_py():
        refuse(shapeless, column, "not a time of ISO 8601")
    fine = pc.replace_substring_regex(pc.utf8_upper(text), TOO_FINE, r".\1")
    try:
        return parsed(fine)
    except pa.ArrowInvalid:
        rows = bad_rows(fine, 0)
        raise BatchError([Problem(row, column, f"no such time: {text[row]}") for row in rows]) from None


def bad_rows(text: pa.StringArray, offset: int) -> list[int]:
    """The first rows that cannot be read, by halving."""
    try:
        parsed(text)
    except pa.ArrowInvalid:
        if len(text) == 1:
            return [offset]
        half = len(text) // 2
        found = bad_rows(text.slice(0, half), offset)
        if len(found) < SHOWN:
            found += bad_rows(text.slice(half), offset + half)
        return found[:SHOWN]
    return []


def refuse(bad: pa.BooleanArray, column: str, reason: str) -> None:
    """Raises BatchError for the rows that are true."""
    rows = pc.indices_nonzero(bad)
    shown = rows.slice(0, SHOWN).to_pylist()
    raise BatchError([Problem(int(row), column, reason) for row in shown], len(rows))
