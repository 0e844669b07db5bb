"""The top levers of the newest edition with data, for the home page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.prioritisation.whatif import fields, texts
from steuerrad.modules.prioritisation.whatif.fields import NotPossibleError

SHOWN = 3


def lever_card(user: Any) -> Mapping[str, Any]:
    """Three levers with what ten points more bring; no levers when there is no edition to compute with."""
    known = fields.editions()
    if not known:
        return {"levers": ()}
    source, edition = known[0]
    try:
        found = fields.levers_of(fields.load(source.id, edition.key))[:SHOWN]
    except NotPossibleError:
        return {"levers": ()}
    levers = [
        {"title": item.row.title, "gain": texts.signed(item.gain, 0), "points": texts.ranged_change(item.points, 2),
         "chance": texts.chance(item.one_better)}
        for item in found
    ]  # fmt: skip
    return {"levers": levers, "edition": edition, "source": source}


CARDS = (
    Card(
        "prioritisation.levers",
        _("Levers in the index"),
        "prioritisation/whatif/_lever_card.html",
        lever_card,
        order=40,
    ),
)
