"""Quantities behind indicators, where they are known of every city: then a what-if can start from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.raw import fitting_scale
from steuerrad.modules.city_index.catalogue import fold
from steuerrad.modules.city_index.models import Edition, RawValue

#: {quantity as compared: {city key: (value, unit)}}
Columns = Mapping[str, Mapping[str, tuple[Decimal, str] | None]]


def raw_columns(editions: Iterable[Edition]) -> dict[int, Columns]:
    """The columns of each edition, None where sources contradict each other; one query."""
    found: dict[int, dict[str, dict[str, tuple[Decimal, str] | None]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    rows = RawValue.objects.filter(edition__in=[item.pk for item in editions], city__isnull=False)
    for edition, quantity, city, *value in rows.values_list(
        "edition_id", "quantity", "city__key", "value", "unit"
    ):
        column, told = found[edition][fold(quantity)], (value[0], value[1])
        column[city] = told if column.get(city, told) == told else None
    return {edition: dict(columns) for edition, columns in found.items()}


def with_raw(field: Field, columns: Columns) -> Field:
    """The field with the raw values of every indicator whose quantity bears its name and is known of all participants.

    The scale is that which gives the published scores within their rounding; without one the values are left out,
    since nobody could tell what a new value would bring.
    """
    raw = np.full(field.scores.shape, np.nan)
    indicators = list(field.indicators)
    for place, item in enumerate(indicators):
        column = columns.get(fold(item.title), {})
        found = [column.get(city) for city in field.cities]
        values = np.array([np.nan if told is None else float(told[0]) for told in found])
        units = {told[1] for told in found if told is not None}
        if np.isfinite(values).sum() < field.participants or len(units) > 1:
            continue
        scale = fitting_scale(values, field.scores[:, place], item.maximum)
        if scale is not None:
            raw[:, place] = values
            indicators[place] = replace(item, scale=scale[0], higher_is_better=scale[1], unit=units.pop())
    return replace(field, indicators=tuple(indicators), raw=raw) if np.isfinite(raw).any() else field
