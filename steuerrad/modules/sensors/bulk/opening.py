"""The process that opens tables of others. Started by apart.py with an interpreter of its own; knows nothing of Steuerrad.

Parquet, Arrow and XLSX are formats of programs: a page says itself how large it is unpacked, an offset says where a text
lies, a kilobyte may stand for gigabytes. The libraries believe most of it. So they work here, with bounds that the kernel
keeps, and without files, children and privileges; what they find goes out as columns of plain cells that were looked at.

Standard input: the file. First argument: what is asked, as JSON {form, columns, skip_lines, rows, most}. Standard output: a
line of JSON with the names of all columns, then an Arrow IPC stream. Standard error: the reason when it cannot be read.
"""

# pyright: basic
from __future__ import annotations

import itertools
import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

AT_ONCE = 65_536
#: Cells of a piece: 65,536 rows with texts of 1 KB each.
MOST_PIECE = 64 * 1024**2
#: All cells together: so much, and so many times the size of the file. Ten years of a thousand stations take 30 times.
MOST_UNPACKED, MOST_TIMES = 2 * 1024**3, 200
MOST_SHEET_ROWS = 500_000
MOST_ROWS = 1_000_000_000
MOST_COLUMNS = 10_000
LONGEST_NAME = 1000
EMPTY = frozenset(["", "-", "--", "NaN", "nan", "null", "NULL", "None", "N/A"])
#: Bytes of addresses beyond what the libraries take themselves.
MEMORY = 1536 * 1024**2
#: Files that may be open: the standard three, the table once more, and what Python loads when it explains an error.
FILES = 16
NOBODY = 65534


class RefusedError(Exception):
    """code: as in apart.REASONS; text: what else there is to say."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text)
        self.code, self.text = code, text


def confine(seconds: int) -> None:
    """For good: no new child, bounded memory and time, nothing written to a file, no privileges."""
    with open("/proc/self/statm", "rb") as file:
        taken = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    os.chdir("/")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    for kind, most in (
        (resource.RLIMIT_AS, taken + MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def opened(asked: dict[str, Any], file: BinaryIO, source: Any) -> tuple[list[str], Iterator[Any]]:
    """(names of all columns, record batches of those that are asked for). file, source: the same, for Python and for Arrow."""
    names, batches = {"parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx, "json": _json}[asked["form"]](
        asked, file, source
    )
    if len(names) > MOST_COLUMNS or any(len(name) > LONGEST_NAME for name in names):
        raise RefusedError("columns")
    return names, batches


def _parquet(asked: dict[str, Any], file: BinaryIO, source: Any) -> tuple[list[str], Iterator[Any]]:
    import pyarrow.parquet as pq

    # Pages are read one after the other, not whole groups of rows ahead.
    table = pq.ParquetFile(source, pre_buffer=False, buffer_size=1024**2)
    if not 0 <= table.metadata.num_rows <= MOST_ROWS:
        raise RefusedError("rows", str(table.metadata.num_rows))
    names = list(table.schema_arrow.names)
    wanted = _wanted(asked, names)
    for name in wanted:  # before anything is unpacked
        _flat(table.schema_arrow.field(name))
    size = min(AT_ONCE, asked.get("most") or AT_ONCE)
    return names, table.iter_batches(size, columns=wanted, use_threads=False)


def _arrow(asked: dict[str, Any], file: BinaryIO, source: Any) -> tuple[list[str], Iterator[Any]]:
    import pyarrow as pa

    options = pa.ipc.IpcReadOptions(use_threads=False)
    if source.read(6) == b"ARROW1":
        table = pa.ipc.open_file(source, options=options)
        parts: Iterable[Any] = (table.get_batch(place) for place in range(table.num_record_batches))
    else:
        source.seek(0)
        table = parts = pa.ipc.open_stream(source, options=options)
    names = list(table.schema.names)
    wanted = _wanted(asked, names)
    for name in wanted:
        _flat(table.schema.field(name))
    return names, (part.select(wanted) for part in parts)


def _xlsx(asked: dict[str, Any], file: BinaryIO, source: Any) -> tuple[list[str], Iterator[Any]]:
    """The first sheet; formulas as their last values. A sheet has at most 1,048,576 rows."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged workbook makes of the library
        raise RefusedError("xlsx") from error
    rows = itertools.islice(sheet.iter_rows(values_only=True), asked["skip_lines"], None)
    names = ["" if cell is None else str(cell).strip() for cell in next(rows, ())]
    wanted = _wanted(asked, names)
    return names, _sheet(rows, wanted, [names.index(name) for name in wanted])


def _sheet(rows: Iterator[Any], wanted: list[str], places: list[int]) -> Iterator[Any]:
    import pyarrow as pa

    done = 0
    while part := list(itertools.islice(rows, AT_ONCE)):
        done += len(part)
        if done > MOST_SHEET_ROWS:
            raise RefusedError("sheet")
        columns = [texts(row[place] if place < len(row) else None for row in part) for place in places]
        yield pa.RecordBatch.from_arrays(columns, wanted)


def _json(asked: dict[str, Any], file: BinaryIO, source: Any) -> tuple[list[str], Iterator[Any]]:
    return asked["columns"], documents(file.read(), asked["rows"], asked["columns"])


def documents(body: bytes, where: str, names: list[str]) -> Iterator[Any]:
    """What the expression for the rows finds; each column is an expression on its row."""
    import jmespath
    import orjson
    import pyarrow as pa
    from jmespath.exceptions import JMESPathError

    try:
        rows = jmespath.search(where, orjson.loads(body))
    except (JMESPathError, RecursionError) as error:
        raise RefusedError("expression_rows", str(error)[:200]) from error
    if not isinstance(rows, list):
        raise RefusedError("no_list")
    paths = [jmespath.compile(name) for name in names]
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        try:
            columns = [texts(one.search(row) for row in part) for one in paths]
        except (JMESPathError, RecursionError, TypeError) as error:
            raise RefusedError("expression", str(error)[:200]) from error
        yield pa.RecordBatch.from_arrays(columns, names)


def texts(cells: Iterable[Any]) -> Any:
    """Cells of whatever kind as texts; what CSV would leave empty is null."""
    import pyarrow as pa

    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return None if cell is None or cell in EMPTY else cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, dict | list):
        return json.dumps(cell)[:100]
    return cell.isoformat() if hasattr(cell, "isoformat") else repr(cell)


def _wanted(asked: dict[str, Any], names: list[str]) -> list[str]:
    """The columns to read: those that are asked for, all where none is. Names that stand twice are left to the asker."""
    chosen = set(names if asked["columns"] is None else asked["columns"])
    once = {name for name, count in _counted(names).items() if count == 1}
    return [name for name in names[: MOST_COLUMNS + 1] if name in chosen and name in once]


def _counted(names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _flat(field: Any) -> None:
    import pyarrow as pa

    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if not (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind)
        or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        or pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    ):  # fmt: skip
        raise RefusedError("nested", f"{field.name[:60]}: {str(field.type)[:60]}")


def plain(batches: Iterator[Any], most: int, room: int) -> Iterator[Any]:
    """In pieces of bounded size, looked at before anybody follows an offset, dictionaries written out.

    most: rows, 0 for all; room: bytes of all cells together.
    """
    left = most or MOST_ROWS
    for whole in batches:
        whole.validate(full=True)
        for start in range(0, min(whole.num_rows, left), AT_ONCE):
            part = whole.slice(start, min(AT_ONCE, left - start))
            room -= _size(part)
            if room < 0:
                raise RefusedError("memory")
            yield from _halved(part)
        left -= whole.num_rows
        if left <= 0:
            if most:
                return
            raise RefusedError("rows", str(MOST_ROWS))


def _halved(part: Any) -> Iterator[Any]:
    import pyarrow as pa

    if _size(part) > MOST_PIECE:
        if part.num_rows == 1:
            raise RefusedError("cell")
        half = part.num_rows // 2
        yield from _halved(part.slice(0, half))
        yield from _halved(part.slice(half))
        return
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in part.columns
    ]
    yield pa.RecordBatch.from_arrays(columns, part.schema.names)


def _size(part: Any) -> int:
    """Bytes of the cells when dictionaries are written out; never less."""
    import pyarrow as pa
    from pyarrow import compute

    pc: Any = compute  # its functions are made while it is loaded
    found = 0
    for column in part.columns:
        if pa.types.is_dictionary(column.type):
            words = column.dictionary
            textual = pa.types.is_string(words.type) or pa.types.is_large_string(words.type)
            lengths = pc.binary_length(words) if textual else None
            widest = (pc.max(lengths).as_py() or 0) if lengths is not None else 32
            if widest * len(column) > MOST_PIECE and lengths is not None:
                widest = (pc.sum(lengths.take(column.indices)).as_py() or 0) / max(1, len(column))
            found += int(widest * len(column)) + 8 * len(column)
        else:
            found += column.nbytes
    return found


def main() -> int:
    import pyarrow as pa

    asked = json.loads(sys.argv[1])
    sys.stdin.close()
    file = open(0, "rb", closefd=False)  # noqa: SIM115 - for as long as the process lives
    source = pa.OSFile("/proc/self/fd/0")
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    room = MOST_UNPACKED + MOST_TIMES * os.fstat(0).st_size
    _loaded()
    confine(asked["seconds"])
    out = open(1, "wb", buffering=1024**2, closefd=False)  # noqa: SIM115
    try:
        names, batches = opened(asked, file, source)
        out.write(json.dumps(names).encode() + b"\n")
        out.flush()
        writer = None
        for part in plain(batches, asked.get("most", 0), room):
            if writer is None:
                writer = pa.ipc.new_stream(out, part.schema)
            writer.write_batch(part)
        if writer is not None:
            writer.close()
        out.flush()
    except RefusedError as error:
        return _failed(error.code, error.text)
    except (MemoryError, pa.ArrowMemoryError):
        return _failed("memory")
    except Exception as error:  # noqa: BLE001 - whatever the libraries make of it
        return _failed("broken", str(error) or type(error).__name__)
    return 0


def _loaded() -> None:
    """All that is needed is loaded before the process loses its rights: the program's folder may be closed to others."""
    import codecs

    import dateutil.relativedelta
    import jmespath
    import openpyxl
    import orjson
    import pyarrow as pa
    import pyarrow.parquet
    from pyarrow import compute

    for name in ("ascii", "cp437", "idna", "latin-1", "utf-8", "utf-8-sig", "utf-16"):
        codecs.lookup(name)
    jmespath.search("a[?b=='1'].c | sort(@)", orjson.loads(b'{"a": []}'))
    openpyxl.Workbook(write_only=True).close()
    pc: Any = compute
    pc.sum(pc.binary_length(pa.array(["a"]).dictionary_encode().dictionary))
    assert dateutil.relativedelta
    assert pyarrow.parquet


def _failed(code: str, text: str = "") -> int:
    sys.stderr.write(json.dumps({"code": code, "text": " ".join(text.split())[:300]}))
    return 1


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # no tidying up: what the libraries hold may be damaged
