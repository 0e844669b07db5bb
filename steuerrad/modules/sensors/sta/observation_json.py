"""Observations as the JSON of the standard, from the columns of the store to bytes without an object for each row.

Almost all observations are a number at an instant. Their JSON is one template filled by column; only rows with an
`extra` (other results, intervals, quality, parameters) are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

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
    if table.num_rows == 0:
        return b""
    names, links = wanted(select)
    template = _template(base, names, links)
    filling = {
        "id": lambda: ids(table),
        "phenomenonTime": lambda: iso(table.column("time")).to_pylist(),
        "resultTime": lambda: _result_times(table),
        "result": lambda: [_number(value) for value in table.column("value").to_pylist()],
    }
    columns = [filling[name]() for name in template.columns]
    parts = (
        [template.text % row for row in zip(*columns, strict=True)] if columns else ["{}"] * table.num_rows
    )
    extras = table.column("extra")
    if extras.null_count < table.num_rows:
        for number, row in enumerate(table.to_pylist()):
            if row["extra"] is not None:
                parts[number] = orjson.dumps(one(row, base, select)).decode()
    return ",".join(parts).encode()


@dataclass(frozen=True)
class _Filled:
    """A template of one observation; columns: what fills its places, in order ("id" fills several)."""

    text: str
    columns: tuple[str, ...]


def _template(base: str, names: list[str], links: list[str]) -> _Filled:
    root = orjson.dumps(base).decode()[1:-1].replace("%", "%%")
    parts: list[tuple[str, str, str]] = []
    for name in names:
        if name == ID:
            parts.append((ID, '"%s"', "id"))
        elif name == SELF_LINK:
            parts.append((SELF_LINK, f"\"{root}/Observations('%s')\"", "id"))
        elif name == "result" or name == "resultTime":
            parts.append((name, "%s", name))
        elif name == "phenomenonTime":
            parts.append((name, '"%s"', name))
    for name in links:
        parts.append((f"{name}@iot.navigationLink", f"\"{root}/Observations('%s')/{name}\"", "id"))
    text = "{" + ",".join(f'"{key}":{place}' for key, place, _column in parts) + "}"
    return _Filled(text, tuple(column for _key, _place, column in parts))


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _result_times(table: pa.Table) -> list[str]:
    column = table.column("result_time")
    if column.null_count == table.num_rows:
        return ["null"] * table.num_rows
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
    starts = iso(table.column("time")).to_pylist()
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
