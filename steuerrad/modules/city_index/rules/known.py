"""What sources other than the audited document say."""

from __future__ import annotations

from dataclasses import dataclass

from steuerrad.modules.city_index.rules.names import category_key, name_key
from steuerrad.modules.city_index.rules.typed import Quantity


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A published figure with its source.

    ``category`` None = total; ``indicator`` None = the category itself; ``city`` empty for facts about the
    edition (cities, indicators, parameters, data_points). ``value`` as printed.
    """

    edition: int
    city: str
    category: str | None
    indicator: str | None
    quantity: Quantity
    value: str
    source: str

    def matches(
        self, edition: int, category: str | None, quantity: Quantity, indicator: str | None = None
    ) -> bool:
        return (
            self.edition == edition
            and self.quantity == quantity
            and category_key(self.category) == category_key(category)
            and name_key(self.indicator or "") == name_key(indicator or "")
        )
