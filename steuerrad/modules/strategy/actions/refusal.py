"""Why a write is refused. Both carry a sentence for people and, where it fits, the field of the form."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """What was asked for breaks a rule; nothing was written."""

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message, self.field = message, field


class ConflictError(RefusedError):
    """Somebody else was faster; look at what stands now and decide again."""
