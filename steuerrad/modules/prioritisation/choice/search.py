"""Studies that can be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.prioritisation.choice import queries


def studies(user: Any) -> Iterator[SearchHit]:
    """Every open study that the person may read, also by its index."""
    for item in queries.studies(user).filter(archived_at=None):
        yield SearchHit(
            _("Study of choice"), item.title, item.get_absolute_url(), item.note[:200], keywords=item.edition
        )


SEARCH = (SearchSource("prioritisation.studies", _("Portfolios"), studies),)
