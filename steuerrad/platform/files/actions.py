"""Keeping and giving up files."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.platform.audit.log import record
from steuerrad.platform.files.models import StoredFile, path_of
from steuerrad.platform.files.names import clean_name
from steuerrad.platform.files.scanning import scan
from steuerrad.platform.files.types import EVIDENCE, FileRefusedError, FileType, FileTypes, detect

__all__ = ["Checked", "FileRefusedError", "check", "discard", "store"]
IN_MEMORY = 1024 * 1024


@dataclass
class Checked:
    """An upload whose content was looked at and found good; held is its content."""

    name: str
    held: IO[bytes]
    sha256: str
    size: int
    kind: FileType
    scanned: bool


def check(upload: Any, types: FileTypes = EVIDENCE) -> Checked:
    """Weigh an upload (it has name and chunks()), find its type, and ask the virus scanner. Raises FileRefusedError.

    No transaction is needed, and none should be open: a scan can take seconds, in which SQLite would take no write.
    """
    held = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller keeps it
    try:
        sha256, size = _copy(upload, held)
        kind = detect(held, clean_name(str(upload.name)), types)
        return Checked(clean_name(str(upload.name), kind.endings[0]), held, sha256, size, kind, scan(held))
    except BaseException:
        held.close()
        raise


def store(user: Any, upload: Any, *, owner: str, types: FileTypes = EVIDENCE) -> StoredFile:
    """Check an upload, unless it is Checked, and keep it, in the caller's transaction; the caller has asked whether
    the person may.

    owner: id of a FileOwner that a module declares (else LookupError). When the transaction is undone, the content may
    stay behind without a row and is swept away later; never the other way round. Raises FileRefusedError.
    """
    if not any(item.id == owner for item in registry.all("file_owners")):
        raise LookupError(f"no module declares the files {owner!r}")
    checked = upload if isinstance(upload, Checked) else check(upload, types)
    if checked.kind not in types.types:
        raise FileRefusedError(_("Possible are: %(types)s.") % {"types": types.titles})
    with checked.held, transaction.atomic():
        _keep(checked)
        file = StoredFile.objects.create(
            name=checked.name, sha256=checked.sha256, size=checked.size, owner=owner,
            content_type=checked.kind.content_type, uploaded_at=clock.now(),
            uploaded_by=user if getattr(user, "is_authenticated", False) else None,
            scan=StoredFile.CLEAN if checked.scanned else StoredFile.NOT_SCANNED,
            scanned_at=clock.now() if checked.scanned else None,
        )  # fmt: skip
        record(user, "files.store", f"files.file:{file.key}", title=file.name,
               changes={"sha256": (None, file.sha256), "size": (None, file.size), "owner": (None, owner)})  # fmt: skip
    return file


def _copy(upload: Any, held: IO[bytes]) -> tuple[str, int]:
    """Copy the upload while it is weighed; stops at the limit, whatever length the browser said."""
    checksum, size = hashlib.sha256(), 0
    for chunk in upload.chunks():
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise FileRefusedError(
                _("The file is larger than %(limit)d MB.") % {"limit": settings.UPLOAD_LIMIT // 1024**2}
            )
        checksum.update(chunk)
        held.write(chunk)
    return checksum.hexdigest(), size


def lock_content(sha256: str) -> None:
    """Until the transaction ends, nobody else keeps or sweeps this content.

    PostgreSQL: an advisory lock by checksum. SQLite: a transaction that writes has the only lock already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _keep(checked: Checked) -> None:
    """Put the content into the storage unless it lies there whole."""
    lock_content(checked.sha256)
    path = path_of(checked.sha256)
    if default_storage.exists(path) and default_storage.size(path) == checked.size:
        return
    checked.held.seek(0)
    default_storage.save(path, File(checked.held, name=path))


def discard(user: Any, file: StoredFile) -> bool:
    """Give up an upload. False while something still points to it. The content goes with the next sweep."""
    try:
        with transaction.atomic():
            key, name = file.key, file.name
            file.delete()
            record(user, "files.discard", f"files.file:{key}", title=name)
    except ProtectedError:
        return False
    return True


def forgotten_after() -> timedelta:
    """How long an upload may lie about that nothing points to (a form that was never sent off)."""
    return timedelta(days=1)
