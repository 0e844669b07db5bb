"""What the columns of a table probably mean: a first answer for people to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.bulk import cells
from steuerrad.modules.sensors.bulk.mapping import ISO, MILLISECONDS, SECONDS, Time
from steuerrad.modules.sensors.bulk.tables import refusing
from steuerrad.modules.sensors.reading import EMPTY, Faults, FileRefusedError

SAMPLE = 200
ENDINGS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".parquet": "parquet", ".arrow": "arrow", ".arrows": "arrow",
           ".feather": "arrow", ".ipc": "arrow", ".xlsx": "xlsx"}  # fmt: skip
FORMS = (
    ISO, "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M", "%Y%m%d%H%M", SECONDS, MILLISECONDS,
)  # fmt: skip
#: What a column is called → what it may be; the first that fits counts.
NAMES = (
    (
        "station",
        r"^(station|sensor|device|messstelle|standort|stations?_?(id|name)|sensor_?id|device_?id|ort|location|thing)s?$",
    ),
    ("latitude", r"^(lat|latitude|breite|breitengrad|geo_?lat)$"),
    ("longitude", r"^(lon|lng|long|longitude|länge|laengengrad|längengrad|geo_?lon)$"),
    ("what", r"^(parameter|property|variable|messgr(ö|oe)(ß|ss)e|observed_?property|phenomenon|groesse)$"),
    ("value", r"^(value|wert|messwert|result|ergebnis)$"),
    ("time", r"(time|zeit|datum|date|timestamp|utc)"),
)
#: What a series is called → property of the vocabulary and unit.
SERIES = (
    (r"pm_?10|^p1$", "pm10", "ug/m3"), (r"pm_?2[._]?5|^p2$", "pm2_5", "ug/m3"), (r"no2|stickstoffdioxid", "no2", "ug/m3"),
    (r"ozon|^o3$", "o3", "ug/m3"), (r"boden.?feucht|soil.?moist", "soil_moisture", "%"),
    (r"feucht|humid", "relative_humidity", "%"), (r"wind.?(speed|geschw)", "wind_speed", "m/s"),
    (r"regen|rain|niederschlag|precip", "rain_rate", "mm/h"), (r"druck|pressure", "air_pressure", "hPa"),
    (r"wasser.?temp|water.?temp", "water_temperature", "Cel"), (r"pegel|water.?level|wasserstand", "water_level", "m"),
    (r"temp|^t$", "air_temperature", "Cel"), (r"batt", "battery_voltage", "V"),
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """The first rows as texts. names: of the columns, in their order."""

    format: str
    delimiter: str
    encoding: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        place = self.names.index(name)
        return [row[place] for row in self.rows if row[place] not in EMPTY]


def sampled(path: Path, name: str, skip_lines: int = 0) -> Sample:
    """Raises FileRefusedError for a kind of file that is not read, or none of its kind."""
    form = ENDINGS.get(Path(name).suffix.lower(), "")
    with refusing():
        if form == "csv":
            return _csv(path, skip_lines)
        if form in ("parquet", "arrow"):
            return _columnar(path, form)
        if form == "xlsx":
            return _xlsx(path, skip_lines)
    raise FileRefusedError(
        _("Tables are read as CSV, XLSX, Parquet or Arrow; the ending of the name says which.")
    )


def _csv(path: Path, skip_lines: int) -> Sample:
    raw = path.open("rb").read(262_144)
    encoding = "utf-8"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw[: raw.rfind(b"\n") + 1 or len(raw)].decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("latin-1")
        encoding = "latin-1"
    lines = text.splitlines()[skip_lines : skip_lines + SAMPLE + 1]
    if not lines:
        raise FileRefusedError(_("The file is empty."))
    delimiter = max(";\t,|", key=lines[0].count)
    table = [tuple(cell.strip().strip('"').strip() for cell in line.split(delimiter)) for line in lines]
    names = table[0]
    rows = tuple(row for row in table[1:] if len(row) == len(names))
    return Sample("csv", delimiter, encoding.removesuffix("-sig"), names, rows)


def _columnar(path: Path, form: str) -> Sample:
    if form == "parquet":
        with pq.ParquetFile(path) as file:
            part = next(file.iter_batches(SAMPLE), None)
            names = list(file.schema_arrow.names)
    else:
        with pa.memory_map(str(path)) as mapped:
            if mapped.read(6) == b"ARROW1":
                reader: Any = pa.ipc.open_file(mapped)
                part = reader.get_batch(0) if reader.num_record_batches else None
            else:
                mapped.seek(0)
                reader = pa.ipc.open_stream(mapped)
                part = next(iter(reader), None)
            names = list(reader.schema.names)
            columns = (
                []
                if part is None
                else [list(map(str, part.column(i)[:SAMPLE].to_pylist())) for i in range(len(names))]
            )
            return Sample(form, "", "utf-8", tuple(names), tuple(zip(*columns, strict=True)))
    columns = (
        [] if part is None else [[_shown(cell) for cell in column.to_pylist()] for column in part.columns]
    )
    return Sample(form, "", "utf-8", tuple(names), tuple(zip(*columns, strict=True)))


def _xlsx(path: Path, skip_lines: int) -> Sample:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise FileRefusedError(_("This is no XLSX file.")) from error
    try:
        sheet: Any = book.worksheets[0]
        found = list(
            sheet.iter_rows(min_row=skip_lines + 1, max_row=skip_lines + SAMPLE + 1, values_only=True)
        )
    finally:
        book.close()
    if not found:
        raise FileRefusedError(_("The file is empty."))
    names = tuple(_shown(cell) for cell in found[0])
    return Sample("xlsx", "", "utf-8", names, tuple(tuple(_shown(cell) for cell in row) for row in found[1:]))


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def guessed(sample: Sample) -> dict[str, Any]:
    """Initial values of the form: format, columns, form of the time, decimal sign."""
    found: dict[str, Any] = {"delimiter": sample.delimiter, "encoding": sample.encoding}
    for name in sample.names:
        part = next((part for part, pattern in NAMES if re.search(pattern, name.strip(), re.IGNORECASE)), "")
        if part and part not in found:
            found[part] = name
        elif part == "time" and "time_2" not in found:
            found["time_2"] = name
    found["shape"] = "long" if {"what", "value"} <= found.keys() else "wide"
    cellular = [cell for row in sample.rows[:50] for cell in row]
    found["decimal"] = (
        "," if sample.delimiter != "," and any(re.fullmatch(r"-?\d+,\d+", cell) for cell in cellular) else "."
    )
    form, share = _time_form(sample, found)
    if "time_2" in found:
        alone, share_alone = _time_form(sample, {"time": found["time"]})
        if share_alone >= share:
            form = alone
            del found["time_2"]
    found["time_form"] = form
    return found


def _time_form(sample: Sample, found: dict[str, Any]) -> tuple[str, float]:
    """The form that most times of the sample have, and their share."""
    columns = [found[name] for name in ("time", "time_2") if name in found]
    places = [sample.names.index(name) for name in columns]
    texts = [" ".join(row[place] for place in places) for row in sample.rows[:50]]
    best = ISO, 0.0
    for form in FORMS if texts and columns else ():
        faults = Faults()
        time = Time(tuple(columns), form, "UTC")
        cells.times(time, pa.array(texts, pa.string()), np.arange(len(texts)), faults)
        share = 1 - faults.count / len(texts)
        if share > best[1]:
            best = form, share
    return best


def observed(name: str) -> tuple[str, str]:
    """Property and unit that a series of this name probably has; ("", "") when nothing is known."""
    return next(
        ((key, unit) for pattern, key, unit in SERIES if re.search(pattern, name, re.IGNORECASE)), ("", "")
    )


def kinds(sample: Sample, column: str) -> Sequence[str]:
    """What stands in the column that says what a figure is, in the first rows."""
    return sorted(set(sample.column(column)))[:40] if column in sample.names else ()


__all__ = ["ENDINGS", "FORMS", "SAMPLE", "Sample", "guessed", "kinds", "observed", "sampled"]
