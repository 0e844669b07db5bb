"""Tables of every shape become the same figures; what cannot be read is told with its line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.sensors.bulk.actions import Report, import_table, save_mapping, take
from steuerrad.modules.sensors.bulk.mapping import MappingError, from_toml, read
from steuerrad.modules.sensors.bulk.models import TableImport
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.accounts.models import User
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import observations, owning

WIDE: dict[str, Any] = {
    "format": "csv",
    "decimal": ",",
    "time": {"columns": ["Datum", "Zeit"], "form": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
    "thing": {
        "column": "Station",
        "prefix": "net:",
        "name": "Messstelle {key}",
        "latitude": "Lat",
        "longitude": "Lon",
    },
    "series": {
        "T": {"property": "air_temperature", "unit": "Cel", "low": -40, "high": 60, "missing": [-999]},
        "F": {"property": "relative_humidity", "unit": "%"},
    },
}
LONG: dict[str, Any] = {
    "format": "csv",
    "time": {"column": "time"},
    "thing": {"column": "station", "prefix": "net:"},
    "value": {"column": "value", "what": "parameter"},
    "series": {
        "temp": {"property": "air_temperature", "unit": "Cel"},
        "wind": {"property": "wind_speed", "unit": "m/s", "factor": 0.5},
    },
}
TEXT = """Station;Datum;Zeit;T;F;Lat;Lon;Bemerkung
A;01.06.2024;12:00;21,5;40;51,48;7,2;x
A;01.06.2024;12:10;-999;41;51,48;7,2;
B;01.06.2024;12:00;1.021,5;;51,5;7,3;
B;01.06.2024;25:00;20;50;51,5;7,3;
A;01.06.2024;12:20;kaputt;42;51,48;7,2;
zu;wenig
A;01.06.2024;12:30;22;43;51,48;7,2;
"""


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, db: None) -> Any:
    with translation.override("en"), owning(tmp_path / "observations"):
        yield


def rows_of(thing: str, column: str) -> dict[datetime, float]:
    stream = Datastream.objects.get(thing__key=thing, properties__column=column)
    with observations() as store:
        found = store.rows([stream.pk], limit=100_000)
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    return {zero + timedelta(microseconds=row["time"]): row["value"] for row in found.to_pylist()}


def written(tmp_path: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_wide_table_with_german_figures_and_several_stations(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    done = take(None, read(WIDE), path)
    noon = datetime(2024, 6, 1, 10, tzinfo=UTC)
    assert rows_of("net:A", "T") == {noon: 21.5, noon + timedelta(minutes=30): 22}
    assert rows_of("net:A", "F") == {noon + timedelta(minutes=10 * place): 40 + place for place in range(4)}
    assert rows_of("net:B", "T") == {noon: 1021.5}
    assert (done.rows, done.stored) == (6, 7)
    assert sorted(done.faults.told) == [
        (5, "Datum Zeit", "no time: '01.06.2024 25:00'"),
        (6, "T", "no number: 'kaputt'"),
        (7, "", "the row has 2 columns instead of 8"),
    ]
    thing = Thing.objects.get(key="net:A")
    assert thing.name == "Messstelle A"
    assert thing.locations.get().geometry["coordinates"] == [7.2, 51.48]


def test_the_same_table_again_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    for _time in range(2):
        import_table(None, read(WIDE), path, mapping="m")
    assert TableImport.objects.count() == 2
    assert Thing.objects.count() == 2
    assert Datastream.objects.count() == 3
    stream = Datastream.objects.get(thing__key="net:A", properties__column="F")
    with observations() as store:
        assert store.count([stream.pk]) == 4
        assert store.revisions(stream.pk).num_rows == 0


ROWS = [("A", "2024-06-01T12:00:00+02:00", "temp", 20.0), ("A", "2024-06-01T10:00:00Z", "wind", 4.0),
        ("B", "2024-06-01T10:00:00Z", "temp", 19.0)]  # fmt: skip
NAMES = ("station", "time", "parameter", "value")


def csv_file(folder: Path) -> Path:
    lines = [NAMES, *ROWS]
    return written(folder, "\n".join(",".join(map(str, line)) for line in lines), "l.csv")


def sheet(folder: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in [NAMES, *ROWS]:
        book.active.append(line)
    book.save(folder / "l.xlsx")
    return folder / "l.xlsx"


def table() -> pa.Table:
    moments = [datetime.fromisoformat(row[1]).astimezone(UTC) for row in ROWS]
    return pa.table(
        {
            "station": pa.array([row[0] for row in ROWS]).dictionary_encode(),
            "time": pa.array(moments, pa.timestamp("ns", "UTC")),
            "parameter": [row[2] for row in ROWS],
            "value": pa.array([row[3] for row in ROWS], pa.float32()),
        }
    )


def parquet(folder: Path) -> Path:
    pq.write_table(table(), folder / "l.parquet")
    return folder / "l.parquet"


def arrow(folder: Path) -> Path:
    with pa.ipc.new_stream(folder / "l.arrow", table().schema) as out:
        out.write_table(table())
    return folder / "l.arrow"


def feather(folder: Path) -> Path:
    with pa.ipc.new_file(folder / "f.arrow", table().schema) as out:
        out.write_table(table())
    return folder / "f.arrow"


def document(folder: Path) -> Path:
    found = {"data": {"rows": [{"s": {"id": a}, "t": b, "p": c, "v": d} for a, b, c, d in ROWS]}}
    return written(folder, json.dumps(found), "l.json")


JSON_PATHS = {
    "rows": "data.rows", "time": {"column": "t"}, "thing": {"column": "s.id", "prefix": "net:"},
    "value": {"column": "v", "what": "p"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "make", "more"),
    [("csv", csv_file, {}), ("xlsx", sheet, {}), ("parquet", parquet, {}), ("arrow", arrow, {}),
     ("arrow", feather, {}), ("json", document, JSON_PATHS)],
)  # fmt: skip
def test_every_format_gives_the_same(form: str, make: Any, more: dict[str, Any], tmp_path: Path) -> None:
    done = take(None, read({**LONG, "format": form, **more}), make(tmp_path))
    moment = datetime(2024, 6, 1, 10, tzinfo=UTC)
    assert done.faults.told == []
    assert rows_of("net:A", "temp") == {moment: 20}
    assert rows_of("net:A", "wind") == {moment: 2}
    assert rows_of("net:B", "temp") == {moment: 19}


def test_the_hour_that_the_clock_shows_twice_for_each_station_by_itself(tmp_path: Path) -> None:
    lines = ["Station;Datum;Zeit;T"]
    for minute in ("02:00", "02:30", "02:00", "02:30", "03:00"):
        lines += [f"{station};27.10.2024;{minute};5" for station in "AB"]
    done = take(
        None,
        read(WIDE | {"thing": {"column": "Station", "prefix": "net:"}}),
        written(tmp_path, "\n".join(lines)),
    )
    assert done.faults.count == 0
    first = datetime(2024, 10, 27, 0, tzinfo=UTC)
    for key in ("net:A", "net:B"):
        assert sorted(rows_of(key, "T")) == [first + timedelta(minutes=30 * place) for place in range(5)]


def test_whole_files_are_refused_with_the_reason(tmp_path: Path) -> None:
    spec = read(WIDE)
    for text, said in [("a;b\n1;2\n", "Line 1: columns are missing: Datum, Zeit, Station"), ("", "columns are missing"),
                       ("Station;Station;Datum;Zeit;T\n", "stand twice")]:  # fmt: skip
        with pytest.raises(FileRefusedError, match=said):
            take(None, spec, written(tmp_path, text))
    for form in ("parquet", "arrow", "xlsx", "json"):
        more = {"rows": "x"} if form == "json" else {}
        with pytest.raises(FileRefusedError):
            take(None, read({**LONG, "format": form, **more}), written(tmp_path, "junk", f"j.{form}"))
    assert not Thing.objects.exists()


def test_latin_1_and_lines_before_the_header(tmp_path: Path) -> None:
    text = "Ausgabe für Bürger\n\nStation;Datum;Zeit;T\nÄcker;01.06.2024;12:00;20,5\n"
    spec = read({**WIDE, "encoding": "latin-1", "skip_lines": 2})
    done = take(None, spec, written(tmp_path, text, encoding="latin-1"))
    assert (done.stored, done.faults.count) == (1, 0)
    assert Thing.objects.get().key == "net:Äcker"
    done = take(None, spec, written(tmp_path, text + "zu;wenig\n", encoding="latin-1"))
    assert [line for line, _column, _reason in done.faults.told] == [5]


def test_looking_only_makes_nothing_and_all_faults_go_to_the_report(tmp_path: Path) -> None:
    lines = [
        "station,time,parameter,value",
        *(f"A,2024-06-01T{hour % 24:02}:00:00Z,temp,x" for hour in range(500)),
    ]
    with (tmp_path / "report.csv").open("w") as file:
        report = Report(file=file)
        done = take(None, read(LONG), written(tmp_path, "\n".join(lines)), faults=report, dry=True)
    assert (done.stored, done.faults.count, len(done.faults.told)) == (0, 500, 200)
    assert len((tmp_path / "report.csv").read_text().splitlines()) == 501
    assert not Thing.objects.exists()


def test_stations_that_must_be_known_are_told_when_they_are_not(tmp_path: Path) -> None:
    spec = read({**LONG, "thing": {**LONG["thing"], "create": False}})
    done = take(None, spec, csv_file(tmp_path))
    assert done.stored == 0
    assert {reason for _l, _c, reason in done.faults.told} == {
        "station net:A is not known: 2 figures were left out", "station net:B is not known: 1 figures were left out"
    }  # fmt: skip


def test_nobody_writes_into_things_of_others(tmp_path: Path, django_user_model: type[User]) -> None:
    person = django_user_model.objects.create_user(email="p@demo.invalid", password="x")
    with pytest.raises(PermissionDenied):
        take(person, read(LONG), csv_file(tmp_path))


def test_pieces_of_a_large_file_keep_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steuerrad.modules.sensors.bulk.tables.BLOCK", 4096)
    lines = ["station,time,parameter,value"]
    for place in range(2000):
        moment = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(minutes=place)
        lines.append(
            f"A,{moment.isoformat()},temp,{'x' if place % 500 == 499 else place}"
            + (",," if place == 700 else "")
        )
    done = take(None, read(LONG), written(tmp_path, "\n".join(lines)))
    assert [line for line, _column, _reason in sorted(done.faults.told)] == [501, 702, 1001, 1501, 2001]
    assert done.stored == 1995


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"time": {}}, "time.column"), ({"time": {"column": "t", "form": "%H"}}, "time.zone"),
        ({"time": {"column": "t", "zone": "Mars/Base"}}, "time.zone"), ({"time": 3}, "time"), ({"thing": {}}, "thing"),
        ({"thing": {"key": "a", "column": "b"}}, "thing"), ({"series": {}}, "series"), ({"format": "pdf"}, "format"),
        ({"series": {"x": {"property": "nonsense", "unit": "Cel"}}}, "series.x"), ({"colour": 1}, "colour"),
        ({"value": {"column": "v"}}, "value"), ({"decimal": ";"}, "decimal"), ({"encoding": "ebcdic"}, "encoding"),
        ({"format": "json"}, "rows"), ({"format": "json", "rows": "a[?"}, "rows"), ({"interval_s": True}, "interval_s"),
        ({"thing": {"key": "a", "latitude": "b"}}, "thing.latitude"), ({"delimiter": "ab"}, "delimiter"),
    ],
)  # fmt: skip
def test_faults_of_a_mapping_name_their_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(MappingError) as caught:
        read({**LONG, **change})
    assert place in [where for where, _reason in caught.value.problems]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["time", "thing", "column", "series", "value", "x"]), inner, max_size=4)))  # fmt: skip
def test_no_mapping_breaks_the_reader(found: Any) -> None:
    try:
        read(found)
    except MappingError as error:  # the only way out
        assert error.problems  # noqa: PT017


def test_a_mapping_is_kept_under_its_key(django_user_model: type[User]) -> None:
    save_mapping(None, "net", "Netz", LONG)
    assert save_mapping(None, "net", "Netz 2", WIDE).spec == WIDE
    with pytest.raises(ValidationError):
        save_mapping(None, "net", "Netz", {"format": "csv"})
    person = django_user_model.objects.create_user(email="q@demo.invalid", password="x")
    with pytest.raises(PermissionDenied):
        save_mapping(person, "net", "Netz", LONG)
    with pytest.raises(MappingError, match="TOML"):
        from_toml("a = 1\nb = = 3")
