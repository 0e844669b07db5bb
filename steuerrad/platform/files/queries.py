"""Reading uploaded files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from steuerrad.kernel.registry import registry
from steuerrad.platform.files.models import StoredFile


def may_read(user: Any, file: StoredFile) -> bool:
    """What the module that owns the file says; without such a module nobody may."""
    owner = next((item for item in registry.all("file_owners") if item.id == file.owner), None)
    return owner is not None and bool(owner.may_read(user, file))


def readable(key: UUID, user: Any) -> StoredFile | None:
    """The file, or None when there is none or this person may not have it: the two look the same from outside."""
    file = StoredFile.objects.select_related("uploaded_by").filter(key=key).first()
    return file if file is not None and may_read(user, file) else None
