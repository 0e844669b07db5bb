"""Tables of others opened in a process of their own, with bounds (opening.py): asked for pieces, ended when it hangs."""

# pyright: basic
from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.reading import FileRefusedError

PROGRAM = Path(__file__).with_name("opening.py")
#: The next piece is waited for so long. Shared texts of a large workbook are read before its first row.
PATIENCE_S = 120.0
#: Seconds of CPU: a base, and one for each MB (a workbook takes 0.2 s, Parquet 0.02 s).
BASE_S = 60
MOST_NAMES = 16 * 1024**2


class Opened:
    """names: of all columns of the file. pieces: record batches of plain cells, as they come."""

    def __init__(self, process: Any, names: list[str], pieces: Iterator[pa.RecordBatch]) -> None:
        self.process, self.names, self.pieces = process, names, pieces


@contextlib.contextmanager
def opened(
    path: Path, form: str, columns: list[str] | None, *, skip_lines: int = 0, rows: str = "", most: int = 0
) -> Iterator[Opened]:
    """form: parquet, arrow, xlsx or json. columns: to read, None for all. most: rows to read, 0 for all.

    Raises FileRefusedError, also from the pieces.
    """
    seconds = BASE_S + path.stat().st_size // 1024**2
    asked = {
        "form": form,
        "columns": columns,
        "skip_lines": skip_lines,
        "rows": rows,
        "most": most,
        "seconds": seconds,
    }
    with path.open("rb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", str(PROGRAM), json.dumps(asked)],
            stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", close_fds=True, start_new_session=True,
            env={"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
        )  # fmt: skip
    try:
        with _patience(process):
            line = process.stdout.readline(MOST_NAMES)  # type: ignore[union-attr]
        if not line.endswith(b"\n"):
            raise _refused(process)
        yield Opened(process, json.loads(line), _pieces(process))
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _pieces(process: Any) -> Iterator[pa.RecordBatch]:
    with _patience(process):
        more = process.stdout.peek(1)
    if more:
        try:
            with _patience(process):
                reader = pa.ipc.open_stream(pa.PythonFile(process.stdout, mode="r"))
            while True:
                with _patience(process):
                    part = next(reader, None)
                if part is None:
                    break
                yield part
        except (pa.ArrowException, OSError) as error:
            raise _refused(process) from error
    # An end in the middle looks like the end; only the process knows.
    with _patience(process):
        ended = process.wait()
    if ended:
        raise _refused(process)


@contextlib.contextmanager
def _patience(process: Any) -> Iterator[None]:
    """End the process when this takes too long."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _refused(process: Any) -> FileRefusedError:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    said = process.stderr.read(10_000)
    try:
        told = json.loads(said)
        return reason(str(told["code"]), str(told["text"]))
    except (ValueError, TypeError, KeyError):  # it was ended, or a library ended it
        return reason("memory", "")


def reason(code: str, text: str) -> FileRefusedError:
    match code:
        case "xlsx":
            told = _("This is no XLSX file.")
        case "sheet":
            told = _("A sheet holds at most 500,000 rows; use CSV or Parquet.")
        case "rows":
            told = _("A table holds at most 1,000,000,000 rows.")
        case "columns":
            told = _("A table holds at most 10,000 columns, each with a name of at most 1,000 characters.")
        case "cell":
            told = _("A cell holds more than 64 MB.")
        case "nested":
            told = _("A column holds neither texts nor figures nor times: %(column)s") % {"column": text}
        case "expression_rows":
            told = _("The expression for the rows fails: %(reason)s") % {"reason": text}
        case "expression":
            told = _("An expression fails: %(reason)s") % {"reason": text}
        case "no_list":
            told = _("The expression for the rows finds no list.")
        case "memory":
            told = _("The table takes too much memory or time to unpack; send it as CSV or in smaller files.")
        case _:
            told = _("This is no table: %(reason)s") % {"reason": text}
    return FileRefusedError(told)
