"""Files of makers, made small: times over the change of the clock, broken cells with their place, refused files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import translation

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.file_formats import format_of, formats
from steuerrad.modules.sensors.reading import FileRefusedError, read, to_utc

pytestmark = pytest.mark.usefixtures("english")
WEATHER = "x_ecowitt_gw2001_943CC64265D3_2024-06.csv"
POND = "x_terratransfer_900193_teich_2024-06.csv"
TREE = "X_TreeSense_1_Linde_A840416C818718D7.csv"


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def moments(contents, column: str) -> list[datetime]:
    return [moment(time) for time in contents.series[column][0].to_pylist()]


def test_every_format_is_whole() -> None:
    assert set(formats()) == {"ecowitt_gw2001", "terratransfer", "treesense_pulse"}
    assert [format_of(name).key for name in (WEATHER, POND, TREE)] == sorted(formats())
    assert format_of("anything.csv") is None


def test_times_with_their_offset_are_taken_as_they_are(tmp_path) -> None:
    path = write(tmp_path, WEATHER, "datetime,outdoor_temperature\n2024-06-01 02:00:00+02:00,14.4\n"
                 "2024-10-27 02:30:00+02:00,1\n2024-10-27 02:30:00+01:00,2\n")  # fmt: skip
    found = read(formats()["ecowitt_gw2001"], path)
    assert moments(found, "outdoor_temperature") == [
        datetime(2024, 6, 1, 0, 0, tzinfo=UTC),
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    ]
    assert found.series["outdoor_temperature"][1].to_pylist() == [14.4, 1, 2]
    assert found.names["device"] == "943CC64265D3"
    assert found.faults.count == 0


def test_loggers_of_waters_keep_winter_time_all_the_year(tmp_path) -> None:
    path = write(tmp_path, POND, "datetime,logger_id,name,latitude,longitude,pegel,wtemp,year_month\n"
                 "2024-07-01 12:00:00,900193,Teich,51.5,7.28,108.487,18.4,2024-07\n"
                 "2024-07-01 12:15:01,900193,Teich,51.5,7.28,,18.5,2024-07\n")  # fmt: skip
    found = read(formats()["terratransfer"], path)
    assert moments(found, "pegel") == [datetime(2024, 7, 1, 11, 0, tzinfo=UTC)]
    assert len(moments(found, "wtemp")) == 2
    assert found.names["name"] == "Teich"
    assert (found.names["latitude"], found.names["longitude"]) == ("51.5", "7.28")


def test_german_dates_a_byte_order_mark_and_windows_line_ends(tmp_path) -> None:
    path = write(tmp_path, TREE, b"\xef\xbb\xbftime;resistance;temperature;resis_temp_comp;moisture_content\r\n"
                 b"14.6.23 8:38;7.595;23.1;9.8;100\r\n31.3.24 2:24;1000;-0.5;;37\r\n")  # fmt: skip
    found = read(formats()["treesense_pulse"], path)
    assert moments(found, "temperature") == [
        datetime(2023, 6, 14, 8, 38, tzinfo=UTC),
        datetime(2024, 3, 31, 2, 24, tzinfo=UTC),
    ]
    assert found.names["species"] == "Linde"
    assert found.faults.count == 0


def test_a_zone_of_ones_own(tmp_path) -> None:
    path = write(tmp_path, TREE, "time;resistance\n14.6.23 8:38;7\n")
    found = read(formats()["treesense_pulse"], path, zone="Europe/Berlin")
    assert moments(found, "resistance") == [datetime(2023, 6, 14, 6, 38, tzinfo=UTC)]


def test_the_hour_that_the_clock_shows_twice() -> None:
    """Wall clock 01:30, 02:00, 02:30, 02:00, 02:30, 03:00 on the day when summer time ends: one hour apart in UTC."""
    wall = [
        datetime(2024, 10, 27, hour, minute)  # noqa: DTZ001 - as a clock on the wall says it
        for hour, minute in ((1, 30), (2, 0), (2, 30), (2, 0), (2, 30), (3, 0))
    ]
    found = to_utc(pa.array(wall, pa.timestamp("us")), "Europe/Berlin")
    hours = [moment(time).strftime("%H:%M") for time in found.to_pylist()]
    assert hours == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("abc", "no number"),
        ("1,5", "no number"),
        ("1e999", "too large"),
        ("0x10", "no number"),
        ("inf", "no number"),
    ],
)
def test_a_broken_cell_is_told_with_its_place_and_the_rest_is_read(tmp_path, cell, reason) -> None:
    path = write(tmp_path, TREE, f'time;resistance;temperature\n1.6.23 8:00;1;2\n1.6.23 8:15;"{cell}";3\n')
    found = read(formats()["treesense_pulse"], path)
    assert found.series["resistance"][1].to_pylist() == [1]
    assert found.series["temperature"][1].to_pylist() == [2, 3]
    ((line, column, why),) = found.faults.told
    assert (line, column) == (3, "resistance")
    assert reason in why


def test_broken_times_and_rows_are_told(tmp_path) -> None:
    path = write(tmp_path, WEATHER, "datetime,outdoor_temperature\n2024-06-01 02:00:00+02:00,1\nyesterday,2\n"
                 "2024-06-01 02:15:00+02:00,5,6\n2024-06-01 02:10:00,3\n2024-13-01 02:10:00+02:00,4\n")  # fmt: skip
    found = read(formats()["ecowitt_gw2001"], path)
    assert found.series["outdoor_temperature"][1].to_pylist() == [1]
    assert found.faults.count == 4
    assert sorted(line for line, _column, _reason in found.faults.told) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x00\x01\x02", b"PK\x03\x04zip", b"a;b\n1;2\n", b"time;time\n1;2\n", "time;resistance\n".encode("utf-16"),
     b"time\n1.6.23 8:00\n", b"\xff\xfe\xfa"],
)  # fmt: skip
def test_what_is_no_such_table_is_refused(tmp_path, content) -> None:
    with pytest.raises(FileRefusedError):
        read(formats()["treesense_pulse"], write(tmp_path, TREE, content))


def test_two_devices_in_one_file_are_refused(tmp_path) -> None:
    rows = "".join(f"2024-07-01 12:00:00,{device},T,51.5,7.28,1\n" for device in (900193, 900355))
    path = write(tmp_path, POND, "datetime,logger_id,name,latitude,longitude,pegel\n" + rows)
    with pytest.raises(FileRefusedError, match="logger_id"):
        read(formats()["terratransfer"], path)


def test_a_missing_file_and_a_name_without_device(tmp_path) -> None:
    with pytest.raises(FileRefusedError):
        read(formats()["treesense_pulse"], tmp_path / TREE)
    with pytest.raises(FileRefusedError, match="device"):
        read(formats()["treesense_pulse"], write(tmp_path, "plain.csv", "time;resistance\n1.6.23 8:00;1\n"))
