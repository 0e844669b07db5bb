"""What nobody needs any more: uploads that were never tied to anything, contents without a row, halves of a crash."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError

from steuerrad.kernel import clock
from steuerrad.platform.audit.log import record
from steuerrad.platform.files.actions import forgotten_after, lock_content
from steuerrad.platform.files.models import StoredFile, path_of
from steuerrad.platform.files.storage import WholeFiles

log = logging.getLogger(__name__)
ROOT = "files"
CHECKSUM = re.compile(r"[0-9a-f]{64}")


def sweep() -> None:
    """The job. Safe to repeat and to run beside uploads."""
    before = clock.now() - forgotten_after()
    rows, contents, halves = drop_untied(before), drop_contents(before), drop_halves(before)
    if rows or contents or halves:
        log.info("swept %d uploads, %d contents, %d halves", rows, contents, halves)


def untied(before: datetime) -> list[StoredFile]:
    """Uploads from before that moment to which no foreign key of any table points."""
    rows = StoredFile.objects.filter(uploaded_at__lt=before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            column = relation.field.name
            rows = rows.exclude(Exists(relation.field.model._base_manager.filter(**{column: OuterRef("pk")})))
    return list(rows)


def drop_untied(before: datetime) -> int:
    count = 0
    for file in untied(before):
        try:
            with transaction.atomic():
                record(None, "files.sweep", f"files.file:{file.key}", title=file.name)
                file.delete()
            count += 1
        except ProtectedError:  # tied at this very moment
            continue
    return count


def stored_checksums(folder: str = ROOT) -> Iterator[str]:
    """Checksums of all contents in the storage."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (name for name in names if CHECKSUM.fullmatch(name))
    for name in folders:
        yield from stored_checksums(f"{folder}/{name}")


def drop_contents(before: datetime) -> int:
    """Contents without a row, older than that moment. The lock keeps an upload of the same content out meanwhile."""
    count = 0
    for sha256 in list(stored_checksums()):
        if StoredFile.objects.filter(sha256=sha256).exists():
            continue
        with transaction.atomic():
            lock_content(sha256)
            path = path_of(sha256)
            if StoredFile.objects.filter(sha256=sha256).exists() or not default_storage.exists(path):
                continue
            if default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                count += 1
    return count


def drop_halves(before: datetime) -> int:
    """Files that a crash left half written in the folder. An object storage has none: it takes whole objects."""
    if not isinstance(default_storage._wrapped, WholeFiles) and not isinstance(default_storage, WholeFiles):
        return 0
    count = 0
    for path in Path(default_storage.location, ROOT).rglob(".*.part"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def faults() -> Iterator[str]:
    """Rows whose content is missing, or no longer what it was: for `steuerrad files verify`."""
    import hashlib

    for sha256 in StoredFile.objects.order_by("sha256").values_list("sha256", flat=True).distinct():
        path = path_of(sha256)
        if not default_storage.exists(path):
            yield f"{sha256}: missing"
            continue
        with default_storage.open(path, "rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                yield f"{sha256}: changed"
