"""The links as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.platform.links.models import Link
from steuerrad.platform.links.queries import resolve


def link_rows(user: Any) -> Iterator[dict[str, Any]]:
    """Only links whose both ends the person may see."""
    links = list(
        Link.objects.order_by("source", "target", "kind").values(
            "source", "target", "kind", "basis", "origin"
        )
    )
    seen = resolve([link[end] for link in links for end in ("source", "target")], user)
    for link in links:
        if link["source"] in seen and link["target"] in seen:
            yield link | {
                "source_title": seen[link["source"]].title,
                "target_title": seen[link["target"]].title,
            }


DATASETS = (
    Dataset(
        "links.links",
        _("Links"),
        _("What ties objects of different modules together, e.g. which measure answers which indicator."),
        (
            Column("source", _("From")),
            Column("source_title", _("From (title)")),
            Column("kind", _("Kind")),
            Column("target", _("To")),
            Column("target_title", _("To (title)")),
            Column("basis", _("Reason")),
            Column("origin", _("Set by")),
        ),
        link_rows,
    ),
)
