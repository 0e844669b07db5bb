"""From a path to what lies there: rows of the catalogue or observations of the store, as far as the caller may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
from django.db.models import QuerySet

from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, MODELS
from steuerrad.modules.sensors.sta.choosing import streams_of
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import NotFound
from steuerrad.modules.sensors.sta.features import features
from steuerrad.modules.sensors.sta.observation_filter import Chosen, Sql, call, key_of, of_features
from steuerrad.modules.sensors.sta.paths import HIGHEST_ID, Id, Path, Step, written


@dataclass(frozen=True)
class Rows:
    """Entities of the catalogue: a set, or one entity (row)."""

    entity: EntityType
    rows: QuerySet[Any]
    row: Any = None


@dataclass(frozen=True)
class Observed:
    """Observations: those that are chosen, or one (row of the store, with stream, time, value, result_time, extra)."""

    entity: EntityType
    chosen: Chosen
    row: dict[str, Any] | None = None


Found = Rows | Observed


def find(path: Path, context: Context) -> Found:
    """What the steps of a path lead to. Raises NotFound with the part at which it ends."""
    found: Found | None = None
    for number, step in enumerate(path.steps):
        place = f"path, part {number + 1}"
        found = _first(step, context) if found is None else _next(found, step, context, place)
        if step.id is not None:
            found = _chosen(found, step.id, context, place)
        elif not step.many:
            found = _single(found, step, context, place)
    if found is None:
        raise NotFound("the path is empty", "path")
    return found


def _first(step: Step, context: Context) -> Found:
    if step.entity.name == "Observation":
        return Observed(step.entity, Chosen())
    return Rows(step.entity, context.see(MODELS[step.entity.name]))


def _chosen(found: Found, number: Id, context: Context, place: str) -> Found:
    if isinstance(found, Observed):
        return _observation(found, number, context, place)
    row = None
    if isinstance(number, int) and 0 < number <= HIGHEST_ID:
        row = found.rows.filter(pk=number).first()
    if row is None:
        raise NotFound(f"there is no {found.entity.name} with the id {written(number)}", place)
    return Rows(found.entity, found.rows, row)


def _observation(found: Observed, number: Id, context: Context, place: str) -> Observed:
    key = key_of(str(number))
    missing = NotFound(f"there is no Observation with the id {written(number)}", place)
    if key is None or not context.see(MODELS["Datastream"]).filter(pk=key[0]).exists():
        raise missing
    chosen = found.chosen
    if chosen.among is not None and key[0] not in chosen.among:
        raise missing
    if chosen.where is None:
        table = context.store.get(*key)
    else:
        table = context.store.rows([key[0]], key[1], key[1] + 1, where=chosen.where, limit=1)
    if table.num_rows == 0:
        table = _moved(str(number), chosen, context)
    if table.num_rows == 0:
        raise missing
    return Observed(found.entity, chosen, table.to_pylist()[0])


def _moved(number: str, chosen: Chosen, context: Context) -> pa.Table:
    """An observation whose time or datastream was changed keeps its id beside it."""
    where = ("extra IS NOT NULL AND json_extract_string(extra, '$.id') = ?", (number,))
    if chosen.where is not None:
        where = call("{} AND {}", chosen.where, where)
    return context.store.rows(streams_of(chosen, context), where=where, limit=1)


def _next(found: Found, step: Step, context: Context, place: str) -> Found:
    """The entities that a navigation leads to."""
    if isinstance(found, Observed):
        return Rows(
            step.entity,
            context.see(MODELS[step.entity.name]).filter(pk=_of_observation(found.row, step, context)),
        )
    if step.entity.name == "Observation":
        if found.entity.name == "Datastream":
            return Observed(step.entity, Chosen(among=frozenset([found.row.pk])))
        return Observed(step.entity, Chosen(where=_features(found.row.pk)))
    inverse = BY_NAME[found.entity.name].navigation[step.name].inverse
    back = LINKS[step.entity.name, inverse]
    return Rows(step.entity, context.see(MODELS[step.entity.name]).filter(**{back: found.row.pk}))


def _features(key: int) -> Sql:
    return of_features({key})


def _of_observation(row: dict[str, Any] | None, step: Step, context: Context) -> int | None:
    assert row is not None
    return row["stream"] if step.name == "Datastream" else feature_key(row)


def feature_key(row: dict[str, Any]) -> int | None:
    """The feature of an observation: named by itself, or the place of its thing at that time."""
    extra = orjson.loads(row["extra"]) if row["extra"] else {}
    return extra["foi"] if "foi" in extra else features([row["stream"]]).at(row["stream"], row["time"])


def _single(found: Found, step: Step, context: Context, place: str) -> Found:
    assert isinstance(found, Rows)
    row = found.rows.first()
    if row is None:
        raise NotFound(f"there is no {step.name} here", place)
    return Rows(found.entity, found.rows, row)
