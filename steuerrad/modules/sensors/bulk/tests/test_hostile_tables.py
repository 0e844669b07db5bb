"""Tables that were made to hurt: read, or refused with a reason, in bounded time and memory, and the program lives on."""

from __future__ import annotations

import io
import random
import resource
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import translation

from steuerrad.modules.sensors.bulk import apart, tables
from steuerrad.modules.sensors.bulk.guessing import sampled
from steuerrad.modules.sensors.bulk.mapping import read
from steuerrad.modules.sensors.bulk.tables import pieces
from steuerrad.modules.sensors.reading import Faults, FileRefusedError
from tests.support.effort import tries

SPEC: dict[str, Any] = {
    "time": {"column": "time"},
    "thing": {"column": "station"},
    "value": {"column": "value", "what": "parameter"},
    "series": {"temp": {"property": "air_temperature", "unit": "Cel"}},
}
NAMES = ("station", "time", "parameter", "value")
#: What this process may grow by while it reads: the pieces themselves, not what a file claims.
MOST_GROWTH_KB = 400 * 1024


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def taken(path: Path, form: str, **more: Any) -> tuple[int, Faults]:
    """(rows, faults) of a file. Raises FileRefusedError, and nothing else."""
    faults = Faults()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        rows = sum(len(piece.lines) for piece in pieces(read({**SPEC, "format": form, **more}), path, faults))
    finally:
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KB
    return rows, faults


def refused(path: Path, form: str, **more: Any) -> str:
    with pytest.raises(FileRefusedError) as caught:
        taken(path, form, **more)
    assert str(caught.value)
    return str(caught.value)


def written(tmp_path: Path, body: bytes | str, name: str = "t") -> Path:
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def table(rows: int = 2000) -> pa.Table:
    return pa.table({
        "station": pa.array([f"S{number % 7}" for number in range(rows)]).dictionary_encode(),
        "time": pa.array(np.arange(rows) * 10**6, pa.timestamp("us", "UTC")),
        "parameter": ["temp"] * rows,
        "value": np.arange(rows) / 2,
    })  # fmt: skip


def parquet(path: Path, content: pa.Table, **options: Any) -> Path:
    pq.write_table(content, path, **options)
    return path


def arrow(path: Path, content: pa.Table, compression: str | None = None) -> Path:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, content.schema, options=options) as writer:
        writer.write_table(content)
    return path


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled or cut off; often near the end, where the directory of the file is."""
    found = bytearray(body)
    for _change in range(chance.randint(1, 6)):
        near = chance.random() < 0.5
        at = (
            max(0, len(found) - 1 - chance.randrange(min(len(found), 600)))
            if near
            else chance.randrange(len(found))
        )
        match chance.randrange(5):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                found[at : at + 8] = chance.choice(
                    (b"\xff" * 8, b"\0" * 8, (2**62).to_bytes(8, "little"), b"\x7f" * 8)
                )
            case 2:
                found[at : at + chance.randint(1, 40)] = b""
            case 3:
                found[at:at] = found[at : at + chance.randint(1, 40)]
            case _:
                found[at] ^= 1 << chance.randrange(8)
    return bytes(found or b"x")


@pytest.mark.parametrize(("form", "make"), [("parquet", parquet), ("arrow", arrow)])
def test_mutated_files_are_read_or_refused(form: str, make: Callable[..., Path], tmp_path: Path) -> None:
    good = make(tmp_path / "good", table()).read_bytes()
    chance = random.Random(f"mutated {form}")
    for number in range(tries(3)):
        path = written(tmp_path, mutated(good, chance), f"{number}.{form}")
        try:
            taken(path, form)
        except FileRefusedError as error:
            assert str(error)  # noqa: PT017 - the other way out, and nothing else
    assert taken(tmp_path / "good", form)[0] == 2000


def test_a_kilobyte_that_stands_for_gigabytes(tmp_path: Path) -> None:
    word = pa.array(["x" * 20_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, np.int32)), word)
    bomb = table(100_000).set_column(0, "station", column)
    path = parquet(tmp_path / "bomb.parquet", bomb, compression="zstd")
    assert path.stat().st_size < 2_000_000
    assert "memory" in refused(path, "parquet") or "64 MB" in refused(path, "parquet")
    path = arrow(tmp_path / "bomb.arrow", bomb, "zstd")
    assert path.stat().st_size < 2_000_000
    assert refused(path, "arrow")
    with pytest.raises(FileRefusedError):
        sampled(path, "bomb.arrow")


def test_what_is_no_column_of_plain_cells_is_refused(tmp_path: Path) -> None:
    lists = table(10).set_column(3, "value", pa.array([[1.0] * 1000] * 10))
    assert "value" in refused(parquet(tmp_path / "a", lists), "parquet")
    assert "value" in refused(arrow(tmp_path / "b", lists), "arrow")
    inner: Any = pa.int32()
    for _level in range(50):
        inner = pa.struct([("a", inner)])
    deep = pa.table([*table(1).columns[:3], pa.nulls(1, inner)], names=NAMES)
    assert refused(arrow(tmp_path / "c", deep), "arrow")
    many = pa.table({f"c{number}": [1] for number in range(10_001)})
    assert "10,000" in refused(parquet(tmp_path / "d", many), "parquet")


def test_a_process_that_hangs_or_dies_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path / "good", table())
    for program in ("import time; time.sleep(60)", "import os; os.abort()", "print('[')", "print('[]')\nraise SystemExit(3)",
                    "import sys; sys.stdout.buffer.write(b'[]\\n' + b'\\xff\\xff\\xff\\xff\\x40\\0\\0\\0junk')"):  # fmt: skip
        monkeypatch.setattr(apart, "PROGRAM", written(tmp_path, program, "program.py"))
        monkeypatch.setattr(apart, "PATIENCE_S", 0.5)
        assert refused(path, "parquet")


ENTITIES = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">{}]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is>
<t>&z;</t></is></c></row></sheetData></worksheet>"""


def workbook(path: Path, part: str, body: bytes) -> Path:
    """A good workbook with one part exchanged."""
    book, good = openpyxl.Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.append(NAMES)
    sheet.append(("A", "2024-06-01T00:00:00Z", "temp", "=1+1"))
    book.save(good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, body if name == part else source.read(name))
    return path


def test_workbooks_with_entities_huge_parts_and_formulas(tmp_path: Path) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    levels = "".join(
        f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdefgh", "bcdefghz", strict=True)
    )
    assert refused(workbook(tmp_path / "lol.xlsx", sheet, ENTITIES.format(levels).encode()), "xlsx")
    outside = '<!ENTITY z SYSTEM "file:///etc/passwd">'
    assert "root" not in refused(
        workbook(tmp_path / "xxe.xlsx", sheet, ENTITIES.format(outside).encode()), "xlsx"
    )
    texts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + b"<si><t>x</t></si>" * 6_000_000
    )
    bomb = workbook(tmp_path / "sst.xlsx", "xl/sharedStrings.xml", texts + b"</sst>")
    assert bomb.stat().st_size < 1_000_000
    try:
        taken(bomb, "xlsx")
    except FileRefusedError as error:
        assert "memory" in str(error)  # noqa: PT017
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>' \
          b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'  # fmt: skip
    assert refused(workbook(tmp_path / "far.xlsx", sheet, far), "xlsx")
    rows, _faults = taken(workbook(tmp_path / "formula.xlsx", "none", b""), "xlsx")
    assert rows == 1  # a formula that no program has computed yet is an empty cell


def test_texts_that_are_no_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = ",".join(NAMES) + "\n"
    row = "A,2024-06-01T00:00:00Z,temp,1\n"
    assert refused(written(tmp_path, "x" * 30_000_000), "csv")
    assert refused(written(tmp_path, head + "A" * 30_000_000), "csv")
    assert "10,000" in refused(written(tmp_path, "a," * 400_000 + "\n"), "csv")
    assert taken(written(tmp_path, head + row + "\0\0\0\n" + row), "csv")[1].count == 1
    assert refused(written(tmp_path, (head + row).encode("utf-16")), "csv")
    assert taken(written(tmp_path, (head + row).encode("utf-16")), "csv", encoding="utf-16")[0] == 1
    assert refused(written(tmp_path, (head + row).encode() + b"\xff\xfe\xfd,1,temp,1\n"), "csv")
    assert refused(written(tmp_path, (head + row).encode()[:-3]), "csv", encoding="utf-16")
    assert refused(written(tmp_path, "[" * 100_000), "json", rows="x")
    assert refused(written(tmp_path, b'{"x": ' + b"[" * 3_000_000), "json", rows="x")
    monkeypatch.setattr(tables, "MOST_CROOKED", 1000)
    assert refused(written(tmp_path, head + "x\n" * 5000), "csv")
