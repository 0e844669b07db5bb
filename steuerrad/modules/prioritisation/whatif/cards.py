"""The top levers of the newest edition with data, for the home page.

The first simulation after a start takes a moment, and the home page must not wait for it: until the levers are there,
the card is a link, which a browser with JavaScript replaces by the card itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.prioritisation.whatif import fields, texts
from steuerrad.modules.prioritisation.whatif.fields import Loaded
from steuerrad.modules.prioritisation.whatif.levers import Lever

SHOWN = 3


def lever_card(user: Any) -> Mapping[str, Any]:
    """Three levers if they are at hand; later: whether they are still to be fetched."""
    found = fields.levers_at_hand()
    return card_data(*found) if found is not None else {"levers": (), "later": bool(fields.sources())}


def card_data(loaded: Loaded, levers: list[Lever]) -> dict[str, Any]:
    """What ten points more on each of the three largest levers bring."""
    shown = [
        {"title": texts.row_title(item.row, loaded.groups), "gain": texts.signed(item.gain, 0), "points": texts.ranged_change(item.points, 2),
         "chance": texts.chance(item.one_better)}
        for item in levers[:SHOWN]
    ]  # fmt: skip
    return {"levers": shown, "edition": loaded.edition, "source": loaded.source}


CARDS = (
    Card(
        "prioritisation.levers",
        _("Levers in the index"),
        "prioritisation/whatif/_lever_card.html",
        lever_card,
        order=40,
    ),
)
