"""One series as CSV, JSON, GeoJSON, Parquet or Arrow: raw readings, or aggregated by periods."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from steuerrad.engines.observations import Period, TooMuch, micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.climate.doubts import LEFT_OUT
from steuerrad.modules.climate.queries import Series, point_of
from steuerrad.platform.observations.store import observations

FORMATS: dict[str, tuple[str, str]] = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "json": ("application/json", "json"),
    "geojson": ("application/geo+json", "geojson"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
    "arrow": ("application/vnd.apache.arrow.stream", "arrow"),
}
TITLES = {"csv": "CSV", "json": "JSON", "geojson": "GeoJSON", "parquet": "Parquet", "arrow": "Arrow"}
#: Rows that one download may have; text forms are built in memory and stay smaller.
MOST_ROWS = {"csv": 500_000, "json": 200_000, "geojson": 200_000, "parquet": 2_000_000, "arrow": 2_000_000}
FUNCTIONS = ("mean", "min", "max", "sum", "first", "last")
NAMES = frozenset({"format", "start", "end", "period", "functions", "zone", "doubtful"})
#: What becomes of values that quality control objects to.
DOUBTFUL = ("with", "without")
MOST_FUNCTIONS = 10


class QuestionError(ValueError):
    """A parameter that cannot be answered: its name and the reason, for people."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


@dataclass(frozen=True)
class Question:
    """start, end: µs, start <= time < end. period None: raw readings. fit: without what quality control objects to."""

    form: str
    start: int
    end: int
    period: Period | None = None
    functions: tuple[str, ...] = field(default=("mean",))
    zone: str = "UTC"
    fit: bool = False


def question(form: str, given: Mapping[str, str], zone: str) -> Question:
    """Read the parameters. Raises QuestionError with the parameter's name."""
    for name in given:
        if name not in NAMES:
            raise QuestionError(
                name,
                _("There is no such parameter; known are %(names)s.") % {"names": ", ".join(sorted(NAMES))},
            )
    start = _instant("start", given.get("start", ""), datetime(1900, 1, 1, tzinfo=UTC))
    end = _instant("end", given.get("end", ""), clock.now())
    if start >= end:
        raise QuestionError("end", _("The end must lie after the start."))
    if given.get("doubtful", "with") not in DOUBTFUL:
        raise QuestionError("doubtful", _("Say with or without."))
    fit = given.get("doubtful") == "without"
    if "period" not in given:
        if "functions" in given or "zone" in given:
            raise QuestionError("period", _("Functions and a zone need a period, such as PT1H or P1D."))
        return Question(form, start, end, fit=fit)
    try:
        period = Period.parse(given["period"])
    except ValueError:
        raise QuestionError("period", _("Use PT5M, PT1H, P1D, P1W, P1M or P1Y.")) from None
    chosen = tuple(name.strip() for name in given.get("functions", "mean").split(",") if name.strip())
    for name in chosen:
        if name not in FUNCTIONS and not (
            len(name) == 3 and name[0] == "p" and name[1:].isdecimal() and name != "p00"
        ):
            raise QuestionError("functions", _("%(name)s is none of %(names)s or p01 to p99.") % {
                "name": repr(name[:20]), "names": ", ".join(FUNCTIONS)})  # fmt: skip
    if not chosen or len(set(chosen)) < len(chosen) or len(chosen) > MOST_FUNCTIONS:
        raise QuestionError("functions", _("Name one to ten functions, each once."))
    return Question(form, start, end, period, chosen, _zone(given.get("zone", zone)), fit)


def _instant(name: str, text: str, default: datetime) -> int:
    if not text:
        return micros(default)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise QuestionError(name, _("Use a time such as 2024-06-01T00:00:00Z.")) from None
    if found.tzinfo is None:
        raise QuestionError(name, _("Say the zone: Z or an offset such as +02:00."))
    try:
        return micros(found)
    except (ValueError, OverflowError):
        raise QuestionError(name, _("This date is too far away.")) from None


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise QuestionError(
            "zone", _("There is no time zone of this name; use one such as Europe/Berlin.")
        ) from None


def table(one: Series, asked: Question) -> pa.Table:
    """The answer: time (UTC), value and flag; or start, end, count and the functions. Raises QuestionError when too long.

    flag: 3 suspect, 4 fail, 9 missing after QARTOD; nothing where no test objects.
    """
    most = MOST_ROWS[asked.form]
    bad = LEFT_OUT if asked.fit else ()
    try:
        with observations() as store:
            if asked.period is None:
                found = store.rows([one.number], asked.start, asked.end, limit=most + 1, flags=True)
                found = found.select(["time", "value", "flag"])
            else:
                found = store.aggregate(
                    [one.number], asked.start, asked.end, asked.period, asked.functions, zone=asked.zone,
                    without=bad,
                ).drop_columns(["stream"])  # fmt: skip
                found = found.sort_by("start")
    except TooMuch as error:
        raise QuestionError("period", str(error)) from error
    if found.num_rows > most:
        raise QuestionError(
            "end",
            _("These are more than %(most)s rows; ask for a shorter time or a longer period.")
            % {"most": most},
        )
    if bad and asked.period is None:
        refused = pc.is_in(found.column("flag"), value_set=pa.array(bad, pa.uint8()))
        found = found.filter(pc.invert(refused))
    stamps = pa.timestamp("us", "UTC")
    for index, name in enumerate(found.column_names):
        if name in ("time", "start", "end"):
            found = found.set_column(index, name, found.column(name).cast(stamps))
    return found


def facts(one: Series) -> dict[str, str]:
    """What a file says about itself; simulated figures are called so in every one of them."""
    thing = one.stream.thing
    return {
        "series": str(one.number), "name": one.stream.name, "station": thing.name,
        "property": one.stream.observed_property.name, "definition": one.stream.observed_property.definition,
        "unit": one.stream.unit_code or one.stream.unit_symbol or "", "origin": thing.origin,
        "origin_text": str(thing.get_origin_display()), "source": thing.source,
    }  # fmt: skip


def content(one: Series, asked: Question, found: pa.Table) -> bytes:
    writers = {"csv": _csv, "json": _json, "geojson": _geojson, "parquet": _parquet, "arrow": _arrow}
    return writers[asked.form](one, asked, found)


def _iso(when: datetime, zone: str) -> str:
    return when.astimezone(ZoneInfo(zone)).isoformat().replace("+00:00", "Z")


def _rows(found: pa.Table, zone: str) -> list[list[Any]]:
    columns = [
        [_iso(value, zone) for value in found.column(name).to_pylist()]
        if name in ("time", "start", "end") else found.column(name).to_pylist()
        for name in found.column_names
    ]  # fmt: skip
    return [list(values) for values in zip(*columns, strict=True)]


def _csv(one: Series, asked: Question, found: pa.Table) -> bytes:
    """RFC 4180; the origin stands in a column of its own, because a table has no other place that programs keep."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow([*found.column_names, "unit", "origin"])
    tail = [facts(one)["unit"], facts(one)["origin"]]
    writer.writerows([*row, *tail] for row in _rows(found, asked.zone))
    return sheet.getvalue().encode()


def _json(one: Series, asked: Question, found: pa.Table) -> bytes:
    document = {**facts(one), "columns": found.column_names, "rows": _rows(found, asked.zone)}
    return json.dumps(document, ensure_ascii=False).encode()


def _geojson(one: Series, asked: Question, found: pa.Table) -> bytes:
    point = point_of(one.stream.thing)
    geometry = {"type": "Point", "coordinates": list(point)} if point else None
    names = found.column_names
    features = [
        {"type": "Feature", "geometry": geometry, "properties": dict(zip(names, row, strict=True))}
        for row in _rows(found, asked.zone)
    ]
    return json.dumps(
        {"type": "FeatureCollection", **facts(one), "features": features}, ensure_ascii=False
    ).encode()


def _described(one: Series, found: pa.Table) -> pa.Table:
    return found.replace_schema_metadata(facts(one))


def _parquet(one: Series, asked: Question, found: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(_described(one, found), sink, compression="zstd")
    return sink.getvalue()


def _arrow(one: Series, asked: Question, found: pa.Table) -> bytes:
    described = _described(one, found)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, described.schema) as writer:
        writer.write_table(described)
    return sink.getvalue().to_pybytes()


def first_and_last(one: Series) -> tuple[datetime, datetime, int] | None:
    """First and last reading and how many there are."""
    with observations() as store:
        found = store.extents([one.number])
    if not found.num_rows:
        return None
    return (
        moment(found.column("first")[0].as_py()),
        moment(found.column("last")[0].as_py()),
        found.column("n")[0].as_py(),
    )
