"""What the overview of prioritisation says of the what-if."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from steuerrad.modules.prioritisation.whatif import fields, queries

LATEST = 6


def overview(request: HttpRequest) -> dict[str, Any]:
    """Editions that can be played with, newest first, and the latest scenarios that the person may see."""
    found = queries.with_versions(queries.visible_to(request.user).filter(archived_at=None))[:LATEST]
    return {
        "editions": fields.editions(),
        "scenarios": [(item, queries.shown_version(request.user, item)) for item in found],
    }
