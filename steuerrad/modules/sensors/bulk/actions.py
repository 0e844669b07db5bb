"""Reading tables by a mapping, and keeping mappings."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.mapping import MappingError, TableSpec, read
from steuerrad.modules.sensors.bulk.models import TableImport, TableMapping
from steuerrad.modules.sensors.bulk.portions import Course, blocks
from steuerrad.modules.sensors.bulk.spooling import spooled
from steuerrad.modules.sensors.bulk.storing import Sink, first_reason
from steuerrad.modules.sensors.reading import MOST_BYTES, Faults, FileRefusedError
from steuerrad.platform.accounts.access import holds_anywhere, require
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations.permissions import MANAGE, WRITE
from steuerrad.platform.observations.store import observations

#: Larger files are split by the sender; what is read is never in memory as a whole.
MOST_FILE = 16 * MOST_BYTES
KEPT_FAULTS = 200


@dataclass
class Report(Faults):
    """Faults that are all written to a file, too. file: CSV with line, column, reason; None: only the first are told."""

    file: Any = None
    most: int = KEPT_FAULTS
    writer: Any = field(init=False, default=None)

    def add(self, line: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.told) < self.most:
            self.told.append((line, column, reason))
        if self.file is not None:
            if self.writer is None:
                self.writer = csv.writer(self.file)
                self.writer.writerow(("line", "column", "reason"))
            self.writer.writerow((line, column, reason))


@dataclass(frozen=True)
class Outcome:
    """stored: figures sent to the store (those that were there already are not stored twice)."""

    rows: int
    stored: int
    faults: Faults
    things: tuple[Any, ...]


def take(
    user: Any, spec: TableSpec, path: Path, *, organisation: Any = None, source: str = "", faults: Faults | None = None,
    dry: bool = False, strict: bool = False,
) -> Outcome:  # fmt: skip
    """Read a file whole, then store what can be read. dry: only look; nothing is made or stored. strict: with a single fault,
    nothing is stored (Outcome.stored is 0).

    Raises FileRefusedError when the file cannot be read to its end, PermissionDenied for a thing of somebody else: then nothing
    was made or stored. Raises OSError when the disk is full. What the store did not take any more (Busy, JournalFull) is sent
    again with the whole file: what is there already is not stored twice.
    """
    if user is not None and not holds_anywhere(user, WRITE):
        raise PermissionDenied(WRITE)
    if path.stat().st_size > MOST_FILE:
        raise FileRefusedError(_("A file may have 16 GB."))
    course = Course(faults if faults is not None else Report())
    if dry:
        return _looked_at(spec, path, course)
    sink = Sink(user, spec, organisation, source, strict)
    with spooled() as spool:
        for block in blocks(spec, path, course):
            spool.put(block)
        if strict and course.faults.count:
            return Outcome(course.rows, 0, course.faults, ())
        try:
            with observations():  # opened once for the whole file, where no data server runs
                sink.store(spool)
        except ValidationError as error:
            raise FileRefusedError(first_reason(error)) from error
    for key, count in sink.unknown.items():
        course.faults.add(0, spec.thing.column, _("station %(key)s is not known: %(count)d figures were left out")
                          % {"key": key[:80], "count": count})  # fmt: skip
    return Outcome(course.rows, sink.stored, course.faults, tuple(sink.things()))


def _looked_at(spec: TableSpec, path: Path, course: Course) -> Outcome:
    count = sum(len(block.times) for block in blocks(spec, path, course))
    return Outcome(course.rows, count, course.faults, tuple(sorted(course.known)))


def import_table(
    user: Any, spec: TableSpec, path: Path, *, name: str = "", mapping: str = "", organisation: Any = None,
    source: str = "", faults: Faults | None = None, strict: bool = False,
) -> TableImport:  # fmt: skip
    """As `take`, with a note of what came of it."""
    done = take(user, spec, path, organisation=organisation, source=source, faults=faults, strict=strict)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with transaction.atomic():
        note = TableImport.objects.create(
            file_name=(name or path.name)[:200], sha256=sha256, mapping=mapping[:200], rows=done.rows,
            source=(source or spec.source)[:300], observations=done.stored, faults=done.faults.count,
            told=[list(fault) for fault in done.faults.told], things=[thing.pk for thing in done.things][:1000],
            at=clock.now(), by=user if getattr(user, "is_authenticated", False) else None,
        )  # fmt: skip
        record(user, "sensors.table_import", f"table_import:{note.pk}", title=note.file_name,
               changes={"observations": (0, note.observations), "faults": (0, note.faults)})  # fmt: skip
    return note


def save_mapping(user: Any, key: str, title: str, spec: Any) -> TableMapping:
    """Keep a mapping under its key; one that is there is replaced. Raises ValidationError by field, PermissionDenied."""
    if user is not None and not holds_anywhere(user, MANAGE):
        raise PermissionDenied(MANAGE)
    try:
        read(spec)
    except MappingError as error:
        raise ValidationError({"spec": [f"{place}: {reason}" for place, reason in error.problems]}) from error
    with transaction.atomic():
        row = TableMapping.objects.select_for_update().filter(key=key).first()
        if row is not None and user is not None and row.by_id not in (None, user.pk):
            raise ValidationError({"key": _("Somebody else keeps a mapping under this key.")})
        before = None if row is None else row.spec
        row = row or TableMapping(key=key)
        row.title, row.spec, row.changed_at = title, spec, clock.now()
        row.by = user
        row.full_clean(exclude=["by"])
        row.save()
        verb = "change" if before else "create"
        record(user, f"sensors.mapping_{verb}", f"table_mapping:{row.pk}", title=title)
    return row


def remove_mapping(user: Any, row: TableMapping) -> None:
    """Those of others may be removed by whoever may describe everything."""
    if not (row.by_id == user.pk and holds_anywhere(user, MANAGE)):
        require(user, MANAGE)
    with transaction.atomic():
        record(user, "sensors.mapping_remove", f"table_mapping:{row.pk}", title=row.title)
        row.delete()
