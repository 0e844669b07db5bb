"""What the overview of prioritisation says of the what-if."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from steuerrad.modules.prioritisation.whatif import fields


def overview(request: HttpRequest) -> dict[str, Any]:
    """Editions that can be played with, newest first."""
    return {"editions": fields.editions()}
