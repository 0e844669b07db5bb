"""What the columns of a table probably mean: a first answer for people to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.bulk import apart, cells
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
        if form:
            return _apart(path, form, skip_lines if form == "xlsx" else 0)
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


def _apart(path: Path, form: str, skip_lines: int) -> Sample:
    with apart.opened(path, form, None, skip_lines=skip_lines, most=SAMPLE) as found:
        names = tuple(found.names)
        part = next(found.pieces, None)
    if not names:
        raise FileRefusedError(_("The file is empty."))
    if part is None:
        return Sample(form, "", "utf-8", names, ())
    columns = [
        [_shown(cell) for cell in part.column(name).to_pylist()] if name in part.schema.names else [""] * part.num_rows
        for name in names
    ]  # fmt: skip
    return Sample(form, "", "utf-8", names, tuple(zip(*columns, strict=True)))


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
