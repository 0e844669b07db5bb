"""What a write over the API answers: the row as it stands then, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ninja import Status

from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.platform.http_api.api import Error

#: What every write may answer beside its success.
REFUSALS: dict[int, Any] = {401: Error, 403: Error, 404: Error, 409: Error, 422: Error}


def answered(act: Callable[[], Any], row: Callable[[Any], Any], code: int = 200) -> Status[Any]:
    """Do it. 409 when somebody else was faster, 422 with the field when a rule forbids it."""
    try:
        made = act()
    except RefusedError as error:
        return refused(error)
    return Status(code, row(made))


def refused(error: RefusedError) -> Status[Any]:
    text = str(error.message)
    errors = [{"field": error.field, "messages": [text]}] if error.field else []
    return Status(409 if isinstance(error, ConflictError) else 422, {"detail": text, "errors": errors})
