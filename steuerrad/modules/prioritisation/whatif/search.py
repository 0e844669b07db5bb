"""Scenarios and editions that can be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.prioritisation.whatif import fields, queries


def scenarios(user: Any) -> Iterator[SearchHit]:
    """Every scenario that the person may see, under the title that they may see."""
    for item in queries.with_versions(queries.visible_to(user).filter(archived_at=None)):
        version = queries.shown_version(user, item)
        yield SearchHit(_("Scenario"), version.title, item.get_absolute_url(), version.note[:200])


def editions(user: Any) -> Iterator[SearchHit]:
    for source, edition in fields.editions():
        title = str(_("What if: %(edition)s")) % {"edition": edition.title}
        yield SearchHit(_("What if"), title, reverse("prioritisation:whatif", args=[source.id, edition.key]))


SEARCH = (
    SearchSource("prioritisation.scenarios", _("Scenarios"), scenarios),
    SearchSource("prioritisation.what_if", _("What if"), editions),
)
