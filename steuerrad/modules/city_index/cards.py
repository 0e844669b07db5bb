"""What the index puts on the home page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.city_index.cells import source_links
from steuerrad.modules.city_index.models import Edition
from steuerrad.modules.city_index.queries import Known, editions, load_field, own_city, the_index
from steuerrad.platform.city.queries import current_city, documents


def place_card(user: Any) -> Mapping[str, Any]:
    """Newest known rank and score of the own city with the change against the edition before, as far as known."""
    index, city = the_index(), own_city(current_city())
    if index is None or city is None:
        return {"city": None}
    known_editions = editions(index)
    loaded = load_field(known_editions, city=city, category="")
    rank = _newest(known_editions, [loaded.known(item, "", city) for item in known_editions], "rank")
    return {
        "city": city, "index": index, "rank": rank,
        "sources": source_links(rank["sources"], documents()) if rank else (),
        "score": _newest(known_editions, [loaded.known(item, "", city) for item in known_editions], "score"),
    }  # fmt: skip


def _newest(known_editions: list[Edition], known: list[Known], which: str) -> dict[str, Any] | None:
    """The newest value of rank or score, and the one of the edition directly before (None: not known)."""
    for place in range(len(known) - 1, -1, -1):
        value = getattr(known[place], which)
        if value is None:
            continue
        edition = known_editions[place]
        follows = place > 0 and known_editions[place - 1].year == edition.year - 1
        before = getattr(known[place - 1], which) if follows else None
        change = None if before is None else (before - value if which == "rank" else value - before)
        return {"edition": edition, "value": value, "change": change, "sources": known[place].sources,
                "broken": any(not item.category_key for item in edition.breaks.all())}  # fmt: skip
    return None


CARDS = (
    Card(
        "city_index.place",
        _("Place in the Smart City Index"),
        "city_index/_place_card.html",
        place_card,
        order=30,
    ),
)
