"""Observations as the JSON of the standard, from the columns of the store to bytes without an object for each row.

Almost all observations are a number at an instant. Their JSON is one template filled by column; only rows with an
`extra` (other results, intervals, quality, parameters) are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from steuerrad.engines.observations import iso
from steuerrad.modules.sensors.sta.entities import BY_NAME, ID, SELF_LINK
from steuerrad.modules.sensors.sta.representation import instant_of, narrow, period

OBSERVATION = BY_NAME["Observation"]
#: Properties in the order in which they are written.
COLUMNS = (
    ID,
    SELF_LINK,
    "phenomenonTime",
    "resultTime",
    "result",
    "resultQuality",
    "validTime",
    "parameters",
)
RARE = ("resultQuality", "validTime", "parameters")
LINKS = ("Datastream", "FeatureOfInterest")


def ids(table: pa.Table) -> list[str]:
    """The ids of observations: stream and time in µs."""
    streams, times = table.column("stream").to_pylist(), table.column("time").to_pylist()
    if len(set(streams)) == 1:
        head = f"{streams[0]}-"
        return [head + str(time) for time in times]
    return [f"{stream}-{time}" for stream, time in zip(streams, times, strict=True)]


def wanted(select: tuple[str, ...], expanded: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """Properties and navigation links to write."""
    heads = {name.partition("/")[0] for name in select}
    everything = not select or "*" in select
    names = [name for name in COLUMNS if everything or name in heads]
    links = [name for name in LINKS if name in heads or (everything and name not in expanded)]
    return names, links


def result_of(value: float | None, extra: dict[str, Any]) -> Any:
    return extra.get("result") if value is None else value


def times_of(start: int, extra: dict[str, Any]) -> str:
    return period(start, extra["end"]) if "end" in extra else instant_of(start)


def valid_time(extra: dict[str, Any]) -> str | None:
    found = extra.get("validTime")
    return None if found is None else period(found[0], found[1])


def rows_json(table: pa.Table, base: str, select: tuple[str, ...] = ()) -> bytes:
    """The inner part of a JSON array of observations, without its brackets."""
    rows = table.num_rows
    if rows == 0:
        return b""
    if table.column("extra").null_count == rows:
        names, links = wanted(select)
        pieces = _pieces(table, base, names, links)
        return "".join(chain.from_iterable(zip(*pieces, strict=True)))[:-1].encode()
    return ",".join(row_texts(table, base, select)).encode()


def row_texts(table: pa.Table, base: str, select: tuple[str, ...] = ()) -> list[str]:
    """The JSON of each observation."""
    names, links = wanted(select)
    parts = ["".join(row)[:-1] for row in zip(*_pieces(table, base, names, links), strict=True)]
    if table.column("extra").null_count < table.num_rows:
        rare = pc.indices_nonzero(pc.is_valid(table.column("extra")))
        for number, row in zip(rare.to_pylist(), table.take(rare).to_pylist(), strict=True):
            parts[number] = orjson.dumps(one(row, base, select)).decode()
    return parts


def _pieces(table: pa.Table, base: str, names: list[str], links: list[str]) -> list[Iterable[str]]:
    """What the text of one observation consists of: columns of texts, and fixed text between them that repeats.

    Everything is one pass in C over whole columns; each row ends with a comma.
    """
    root = orjson.dumps(base).decode()[1:-1]
    keys = ids(table)
    link = f"{root}/Observations('"
    filling: dict[str, tuple[str, Iterable[str], str]] = {
        ID: ('"', keys, '"'),
        SELF_LINK: (f'"{link}', keys, "')\""),
        "phenomenonTime": ('"', moments(table.column("time")), '"'),
        "resultTime": ("", _result_times(table), ""),
        "result": ("", numbers(table.column("value")), ""),
    }
    members = [(name, filling[name]) for name in names if name in filling]
    members += [(f"{name}@iot.navigationLink", (f'"{link}', keys, f"')/{name}\"")) for name in links]
    found: list[Iterable[str]] = []
    before = "{"
    for name, (opening, column, closing) in members:
        found += [repeat(f'{before}"{name}":{opening}', table.num_rows), column]
        before = f"{closing},"
    last = members[-1][1][2] + "}," if members else "{},"
    return [*found, repeat(last, table.num_rows)]


def numbers(column: pa.ChunkedArray) -> list[str]:
    """The JSON of each number; null where there is none."""
    return orjson.dumps(column.to_numpy(), option=orjson.OPT_SERIALIZE_NUMPY).decode()[1:-1].split(",")


def moments(column: pa.ChunkedArray) -> list[str]:
    """ISO 8601 in UTC of µs, none of them null: milliseconds, and microseconds where there are any."""
    try:
        found = orjson.dumps(column.to_numpy().astype("datetime64[us]"), option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:  # at the edges of the calendar
        return iso(column).to_pylist()
    texts = found.decode()[2:-2].split('","')
    return [f"{text}.000Z" if len(text) == 19 else f"{text.removesuffix('000')}Z" for text in texts]


def _result_times(table: pa.Table) -> Iterable[str]:
    column = table.column("result_time")
    if column.null_count == table.num_rows:
        return repeat("null", table.num_rows)
    if column.null_count == 0:
        return [f'"{text}"' for text in moments(column)]
    return ["null" if text is None else f'"{text}"' for text in iso(column).to_pylist()]


def one(
    row: dict[str, Any], base: str, select: tuple[str, ...] = (), expanded: tuple[str, ...] = ()
) -> dict[str, Any]:
    """One observation (a row of the store) as an object."""
    extra = orjson.loads(row["extra"]) if row["extra"] else {}
    key = extra.get("id") or f"{row['stream']}-{row['time']}"
    link = f"{base}/Observations('{key}')"
    names, links = wanted(select, expanded)
    readers: dict[str, Callable[[], Any]] = {
        ID: lambda: key,
        SELF_LINK: lambda: link,
        "phenomenonTime": lambda: times_of(row["time"], extra),
        "resultTime": lambda: None if row["result_time"] is None else instant_of(row["result_time"]),
        "result": lambda: result_of(row["value"], extra),
        "resultQuality": lambda: extra.get("resultQuality"),
        "validTime": lambda: valid_time(extra),
        "parameters": lambda: extra.get("parameters"),
    }
    found = {name: readers[name]() for name in names}
    for name in RARE:
        if found.get(name, 0) is None:
            del found[name]
    narrow(found, select)
    for name in links:
        found[f"{name}@iot.navigationLink"] = f"{link}/{name}"
    return found


def data_arrays(table: pa.Table, base: str, select: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Observations as dataArray (OGC 18-088, clause 12): one object for each datastream, rows of components."""
    heads = {name.partition("/")[0] for name in select}
    everything = not select or "*" in select
    names = [name for name in COLUMNS if name != SELF_LINK and (everything or name in heads)]
    extras = [orjson.loads(text) if text else {} for text in table.column("extra").to_pylist()]
    if everything:
        names = [name for name in names if name not in RARE or any(name in extra for extra in extras)]
    starts = moments(table.column("time"))
    values = table.column("value").to_pylist()
    readers: dict[str, Callable[[], list[Any]]] = {
        ID: lambda: [extra.get("id") or key for key, extra in zip(ids(table), extras, strict=True)],
        "phenomenonTime": lambda: [
            times_of(start, extra) if extra else text
            for start, text, extra in zip(table.column("time").to_pylist(), starts, extras, strict=True)
        ],
        "resultTime": lambda: iso(table.column("result_time")).to_pylist(),
        "result": lambda: [result_of(value, extra) for value, extra in zip(values, extras, strict=True)],
        "resultQuality": lambda: [extra.get("resultQuality") for extra in extras],
        "validTime": lambda: [valid_time(extra) for extra in extras],
        "parameters": lambda: [extra.get("parameters") for extra in extras],
    }
    rows = zip(*(readers[name]() for name in names), strict=True) if names else iter([()] * table.num_rows)
    groups: dict[int, list[Any]] = {}
    for stream, row in zip(table.column("stream").to_pylist(), rows, strict=True):
        groups.setdefault(stream, []).append(row)
    components = ["id" if name == ID else name for name in names]
    return [
        {
            "Datastream@iot.navigationLink": f"{base}/Datastreams({stream})",
            "components": components,
            "dataArray@iot.count": len(group),
            "dataArray": group,
        }
        for stream, group in groups.items()
    ]
