"""What the overview of prioritisation says of portfolios."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.permissions import READ
from steuerrad.platform.accounts.access import allowed

SHOWN = 6


def overview(request: HttpRequest) -> dict[str, Any]:
    """The newest studies that the person may read."""
    return {
        "may_read_studies": allowed(request.user, READ),
        "newest_studies": queries.studies(request.user).filter(archived_at=None)[:SHOWN],
    }
