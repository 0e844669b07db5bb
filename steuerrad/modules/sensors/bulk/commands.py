"""`steuerrad sensors import --mapping …`"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from steuerrad.modules.sensors.bulk.actions import Report, import_table, take
from steuerrad.modules.sensors.bulk.mapping import MappingError, TableSpec, from_toml, read
from steuerrad.modules.sensors.bulk.models import TableMapping
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.organisations.models import Organisation

TOLD = 20


def import_tables(options: argparse.Namespace, files: list[Path]) -> int:
    """0 when everything was read, 1 when a file was refused or had faults, 2 when the mapping or organisation is wrong."""
    try:
        name, spec = mapping_of(options.mapping)
    except (MappingError, OSError, UnicodeDecodeError) as error:
        problems = error.problems if isinstance(error, MappingError) else [("", str(error))]
        for place, reason in problems:
            print(
                f"{options.mapping}: {place}: {reason}" if place else f"{options.mapping}: {reason}",
                file=sys.stderr,
            )
        return 2
    organisation = (
        Organisation.objects.filter(key=options.organisation).first() if options.organisation else None
    )
    if options.organisation and organisation is None:
        print(f"--organisation {options.organisation}: there is none with this key", file=sys.stderr)
        return 2
    faulty = 0
    with contextlib.ExitStack() as stack:
        file = (
            stack.enter_context(options.report.open("w", encoding="utf-8", newline=""))
            if options.report
            else None
        )
        for path in files:
            faulty += _one(options, name, spec, organisation, path, file)
    return 1 if faulty else 0


def mapping_of(text: str) -> tuple[str, TableSpec]:
    """A file, else the key of a mapping that was kept. Raises MappingError, OSError."""
    path = Path(text)
    if not path.suffix and not path.exists() and (kept := TableMapping.objects.filter(key=text).first()):
        return kept.key, read(kept.spec)
    return path.name, from_toml(path.read_text(encoding="utf-8"))


def _one(
    options: argparse.Namespace, name: str, spec: TableSpec, organisation: Any, path: Path, file: Any
) -> bool:
    report = Report(file=file)
    try:
        if options.check:
            looked = take(None, spec, path, faults=report, dry=True)
            rows, figures = looked.rows, looked.stored
        else:
            done = import_table(
                None,
                spec,
                path,
                mapping=name,
                organisation=organisation,
                source=options.source,
                faults=report,
            )
            rows, figures = done.rows, done.observations
    except (FileRefusedError, OSError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return True
    for line, column, reason in report.told[:TOLD]:
        print(f"{path}, line {line}, {column}: {reason}", file=sys.stderr)
    verb = "could be read" if options.check else "read"
    print(f"{path.name}: {rows} rows, {figures} figures {verb}, {report.count} faults")
    return bool(report.count)
