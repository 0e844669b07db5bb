"""Only what $select asks for is fetched: of a thousand datastreams whose latest values are asked, their numbers do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, column
from steuerrad.modules.sensors.sta.entities import EntityType
from steuerrad.modules.sensors.sta.options import Options

#: Properties that are made of several columns, or of none.
MADE_OF = {
    "unitOfMeasurement": ("unit_name", "unit_symbol", "unit_definition"),
    "observedArea": ("observed_area", "thing"),
    "phenomenonTime": (),
    "resultTime": (),
}
#: Of these the extents of datastreams are read.
EXTENTS = frozenset({"phenomenonTime", "observedArea"})


def wanted(select: tuple[str, ...]) -> frozenset[str] | None:
    """The properties that are written; None for all."""
    return None if not select or "*" in select else frozenset(name.partition("/")[0] for name in select)


def narrowed(rows: QuerySet[Any], entity: EntityType, options: Options) -> QuerySet[Any]:
    """The same rows with the columns that the answer needs; everything else would be fetched row by row, if it were used."""
    names = wanted(options.select)
    if names is None:
        return rows
    columns = {"pk"}
    for name in names & set(entity.properties):
        columns.update(MADE_OF.get(name, (column(name),)) if entity.name == "Datastream" else (column(name),))
    for item in options.expand:
        if not entity.navigation[item.name].many:
            columns.add(LINKS[entity.name, item.name])
    return rows.only(*columns)
