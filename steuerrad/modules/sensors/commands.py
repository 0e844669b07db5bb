"""`steuerrad sensors …`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from steuerrad.engines.observations import InUse, StoreFault
from steuerrad.kernel.contributions import Command
from steuerrad.modules.sensors.actions import Imported, import_file
from steuerrad.modules.sensors.bulk.commands import import_tables
from steuerrad.modules.sensors.file_formats import format_of, formats
from steuerrad.modules.sensors.quality.commands import COMMANDS as QUALITY_COMMANDS
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.store import UnavailableError, owning, reachable, socket_path


def configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="[FORMAT] FILE", nargs="+",
                        help=f"{', '.join(formats())}, or auto (by the name of the file), then files; "
                             "with --mapping files only: CSV, XLSX, Parquet, Arrow or JSON")  # fmt: skip
    parser.add_argument("--mapping", default="", metavar="FILE", help="what the columns mean: a file in TOML, or the key of "
                        "a mapping that was kept")  # fmt: skip
    parser.add_argument("--report", type=Path, metavar="FILE", help="with --mapping: all faults, as CSV")
    parser.add_argument("--check", action="store_true", help="with --mapping: only look; nothing is stored")
    parser.add_argument(
        "--organisation", default="", metavar="KEY", help="with --mapping: of things that are made"
    )
    parser.add_argument("--source", default="", help="where the files come from, as it shall be printed")
    parser.add_argument("--origin", default=Thing.PUBLISHED, choices=[key for key, _title in Thing.ORIGINS])
    parser.add_argument("--zone", default="", help="time zone of times without one, e.g. Europe/Berlin")


def run_import(options: argparse.Namespace) -> int:
    """Every file by itself: what is wrong with one does not stop the others. 1 when a file was refused or had faults."""
    if options.mapping:
        work: Callable[[], int] = lambda: import_tables(options, [Path(word) for word in options.words])  # noqa: E731
    else:
        form, *names = options.words
        if form not in (*formats(), "auto") or not names:
            print(
                f"the first word says the format: {', '.join(formats())} or auto; then files", file=sys.stderr
            )
            return 2
        options.form, options.files = form, [Path(name) for name in names]
        work = lambda: _import_all(options)  # noqa: E731
    try:
        if reachable(socket_path()):
            return work()
        with owning():  # opened once for all files
            return work()
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1


def _import_all(options: argparse.Namespace) -> int:
    faulty = 0
    for path in options.files:
        form = format_of(path.name) if options.form == "auto" else formats()[options.form]
        try:
            if form is None:
                raise FileRefusedError(_("No format has file names like this one."))
            done = import_file(
                None, form, path, origin=options.origin, source=options.source, zone=options.zone
            )
        except FileRefusedError as error:
            print(f"{path}: {error}", file=sys.stderr)
            faulty += 1
            continue
        faulty += bool(done.contents.faults.count)
        _tell(path, done)
    return 1 if faulty else 0


def _tell(path: Path, done: Imported) -> None:
    for line, column, reason in done.contents.faults.told:
        print(f"{path}, line {line}, {column}: {reason}", file=sys.stderr)
    print(f"{path.name}: {done.intake.thing}, {done.intake.rows} rows, {done.intake.observations} observations, "
          f"{done.intake.faults} faults" + (" (the same file as before)" if done.again else ""))  # fmt: skip


def configure_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="127.0.0.1:8001", metavar="HOST:PORT")


def run_serve(options: argparse.Namespace) -> int:
    from steuerrad.modules.sensors.server.running import serve  # loads what only the data server needs

    host, _, port = options.bind.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        print(f"--bind {options.bind}: use HOST:PORT", file=sys.stderr)
        return 2
    try:
        serve(host or "127.0.0.1", int(port))
    except (InUse, StoreFault) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


COMMANDS = (
    Command(
        "sensors", "serve", "run the data server: the owner of the observations", run_serve, configure_serve
    ),
    Command("sensors", "import", "read files of sensors into the store", run_import, configure_import),
    *QUALITY_COMMANDS,
)
