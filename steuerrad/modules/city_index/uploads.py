"""Uploaded files between preview and confirmation: kept like all uploads, with what was said about them in the session."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from steuerrad.modules.city_index.reading import Given
from steuerrad.platform.files.actions import discard, store
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.files.types import CSV, TEXT, XLSX, FileTypes

#: Id of the owner of such files.
OWNER = "city_index.import"
TYPES = FileTypes((XLSX, CSV, TEXT))
SESSION_KEY = "city_index_upload"


@dataclass(frozen=True)
class Upload:
    """A waiting file, and what holds for all its rows."""

    file: StoredFile
    given: Given


def may_read_own(user: Any, file: StoredFile) -> bool:
    """Only who uploaded it."""
    return user is not None and user.is_authenticated and file.uploaded_by_id == user.pk  # type: ignore[attr-defined]


def keep(user: Any, session: Any, file: Any, given: Given) -> Upload:
    """Keep the upload and note it in the session; gives up what waited before. Raises FileRefusedError."""
    forget(user, session)
    upload = Upload(store(user, file, owner=OWNER, types=TYPES), given)
    session[SESSION_KEY] = {"key": str(upload.file.key), "given": asdict(given)}
    return upload


def waiting(user: Any, session: Any, key: UUID) -> Upload | None:
    """The upload of this session with this key, if it still waits."""
    data = session.get(SESSION_KEY)
    if not data or data.get("key") != str(key):
        return None
    file = StoredFile.objects.filter(key=key, owner=OWNER, uploaded_by=user).first()
    return None if file is None else Upload(file, Given(**data["given"]))


def forget(user: Any, session: Any) -> None:
    """Give up the waiting file of this session."""
    data = session.pop(SESSION_KEY, None) or {}
    for file in StoredFile.objects.filter(key=data["key"], owner=OWNER) if "key" in data else ():
        discard(user, file)
