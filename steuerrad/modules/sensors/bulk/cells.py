"""Cells → instants and figures, whole columns at a time; what is none is told with line and column."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from steuerrad.engines.observations import HIGHEST, LOWEST, BatchError, instants, micros
from steuerrad.modules.sensors.bulk.mapping import ISO, MILLISECONDS, SECONDS, Time
from steuerrad.modules.sensors.codecs.profiles import FieldOf
from steuerrad.modules.sensors.reading import NUMBER, Faults, to_utc

OFFSET = r"(Z|z|[+-][0-9]{2}:?[0-9]{2})$"
GERMAN = r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?$"


def tell(bad: np.ndarray, cells: Any, column: str, reason: str, lines: np.ndarray, faults: Faults) -> None:
    for index in np.flatnonzero(bad):
        shown = re.sub(r"\s+", " ", str(cells[int(index)].as_py() or ""))[:40]
        faults.add(int(lines[index]), column, f"{reason}: {shown!r}")


def mask(array: Any) -> np.ndarray:
    return pc.fill_null(array, False).to_numpy(zero_copy_only=False).astype(bool)


def texts(cells: pa.Array) -> pa.Array:
    if pa.types.is_string(cells.type):
        return cells
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return cells.cast(pa.string())


def joined(columns: list[pa.Array]) -> pa.Array:
    """Date and time of day as one text."""
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*(texts(one) for one in columns), " ")


def times(
    time: Time, cells: pa.Array, lines: np.ndarray, faults: Faults, reached: float = -np.inf
) -> pa.Array:
    """µs since 1970 UTC, null where there is none. reached: the latest time of the rows before (for the hour that the clock
    shows twice)."""
    column = " ".join(time.columns)
    read = _written if _textual(cells.type) else _typed
    found = read(time, cells, reached)
    beyond = mask(pc.or_(pc.less(found, LOWEST), pc.greater_equal(found, HIGHEST)))
    reason = _("no time")
    if time.form == ISO and not time.zone:
        reason = _("no time with its offset")
    tell(mask(pc.is_null(found)) | beyond, cells, column, reason, lines, faults)
    return pc.if_else(pa.array(~beyond), found, pa.scalar(None, pa.int64()))


def _textual(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _typed(time: Time, cells: pa.Array, reached: float) -> pa.Array:
    """Times that the format itself knows, and counts of seconds."""
    kind = cells.type
    if pa.types.is_timestamp(kind):
        plain = cells.cast(pa.timestamp("us", kind.tz), safe=False)
        if kind.tz is not None:
            return plain.cast(pa.int64())
        return to_utc(plain, time.zone or "UTC", reached)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        factor = {SECONDS: 1e6, MILLISECONDS: 1e3}.get(time.form)
        if factor is not None:
            return _counted(cells.cast(pa.float64(), safe=False), factor)
    if pa.types.is_date(kind):
        return to_utc(cells.cast(pa.timestamp("us")), time.zone or "UTC", reached)
    return _written(time, cells.cast(pa.string()), reached)


def _counted(counts: pa.Array, factor: float) -> pa.Array:
    product = pc.multiply(counts, factor)
    fine = pc.and_(pc.is_finite(product), pc.less(pc.abs(product), 9e18))
    return pc.round(pc.if_else(fine, product, None)).cast(pa.int64(), safe=False)


def _written(time: Time, cells: pa.Array, reached: float) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts(cells))
    if time.form in (SECONDS, MILLISECONDS):
        good = pc.match_substring_regex(trimmed, NUMBER)
        counts = pc.if_else(good, trimmed, None).cast(pa.float64())
        return _counted(counts, 1e6 if time.form == SECONDS else 1e3)
    if time.form != ISO:
        return _patterned(time, trimmed, reached)
    return _iso(time, trimmed, reached)


def _patterned(time: Time, trimmed: pa.Array, reached: float) -> pa.Array:
    stamps = pc.strptime(trimmed, format=time.form, unit="us", error_is_null=True)
    if "%z" in time.form:
        return stamps.cast(pa.int64())
    return to_utc(stamps, time.zone, reached)


def _iso(time: Time, trimmed: pa.Array, reached: float) -> pa.Array:
    """ISO 8601 with an offset; without one in the mapping's zone, when it says one."""
    stated = pc.match_substring_regex(trimmed, OFFSET)
    if pc.all(stated, skip_nulls=False).as_py():
        try:
            return instants(trimmed)
        except BatchError:
            pass
    found, local = np.zeros(len(trimmed), np.int64), np.zeros(len(trimmed), np.int64)
    good, zoneless = np.zeros(len(trimmed), bool), np.zeros(len(trimmed), bool)
    for index, text in enumerate(trimmed.to_pylist()):
        moment = _moment(text)
        if moment is None:
            continue
        if moment.tzinfo is not None:
            found[index], good[index] = micros(moment), True
        elif time.zone:
            local[index], zoneless[index] = micros(moment.replace(tzinfo=UTC)), True
    exact = pa.array(found, mask=~good)
    if not zoneless.any():
        return exact
    walls = pa.array(local, mask=~zoneless).cast(pa.timestamp("us"))
    return pc.coalesce(exact, to_utc(walls, time.zone, reached))


def _moment(text: str | None) -> datetime | None:
    if not text or len(text) < 10 or len(text) > 40:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def figures(
    one: FieldOf, decimal: str, cells: pa.Array, column: str, lines: np.ndarray, faults: Faults
) -> pa.Array:
    """Figures in the series' unit; null where the cell is empty, stands for "not there", or is no number (told)."""
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        found = cells.cast(pa.float64(), safe=False)
        found = pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)
    else:
        found = _read(decimal, cells, column, lines, faults)
    tell(mask(pc.invert(pc.is_finite(found))), cells, column, _("too large a number"), lines, faults)
    found = pc.if_else(pc.is_finite(found), found, None)
    if one.missing:
        gone = pc.is_in(found, value_set=pa.array(one.missing, pa.float64()))
        found = pc.if_else(gone, pa.scalar(None, pa.float64()), found)
    return found if one.factor == 1.0 else pc.multiply(found, one.factor)


def _read(decimal: str, cells: pa.Array, column: str, lines: np.ndarray, faults: Faults) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts(cells))
    trimmed = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    plain = trimmed
    if decimal == ",":
        grouped = pc.match_substring_regex(plain, GERMAN)
        plain = pc.if_else(grouped, pc.replace_substring(plain, ".", ""), plain)
        plain = pc.replace_substring(plain, ",", ".")
    good = pc.match_substring_regex(plain, NUMBER)
    tell(mask(pc.invert(good)), cells, column, _("no number"), lines, faults)
    return pc.if_else(good, plain, None).cast(pa.float64())
