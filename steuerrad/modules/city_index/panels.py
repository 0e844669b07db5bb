"""What the index adds to pages of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steuerrad.kernel.contributions import Panel
from steuerrad.modules.city_index.cards import place_card


def place(city: Any, user: Any) -> Mapping[str, Any]:
    """Rank and points of the newest edition that they are known of."""
    return place_card(user)


PANELS = (Panel("city_index.place", "public", "city_index/_place_card.html", place, order=10),)
