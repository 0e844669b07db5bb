"""Who may read a filled workbook that waits to be taken over."""

from __future__ import annotations

from typing import Any

from steuerrad.platform.files.models import StoredFile

#: Id of the owner of such files.
IMPORTED = "strategy.portfolio_import"


def may_read_import(user: Any, file: StoredFile) -> bool:
    """Only who uploaded it."""
    return user is not None and user.is_authenticated and file.uploaded_by_id == user.pk  # type: ignore[attr-defined]
