"""The what-if over the API: editions, computing, scenarios."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from ninja import Field as Item
from ninja import Path, Router, Status
from ninja.errors import HttpError

from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.whatif import actions, fields, queries
from steuerrad.modules.prioritisation.whatif import schemas as shapes
from steuerrad.modules.prioritisation.whatif.evaluating import outcome_of_changes
from steuerrad.modules.prioritisation.whatif.fields import Loaded, NoSuchEditionError, NotPossibleError
from steuerrad.modules.prioritisation.whatif.raw_scale import RawScale
from steuerrad.modules.prioritisation.whatif.rules import RefusedInputError
from steuerrad.modules.prioritisation.whatif.snapshot import outcome_data
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader, signed_in

router = Router(auth=reader)
Answer = TypeVar("Answer")
KeyPath = Path[Annotated[str, Item(max_length=80)]]
ScenarioId = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=200)]


def edition_or_404(source: str, edition: str) -> Loaded:
    try:
        return fields.load(source, edition)
    except (NoSuchEditionError, NotPossibleError) as error:
        raise HttpError(404, f"There is no edition {edition!r} of {source!r} to compute with.") from error


def answered(ask: Callable[[], Answer]) -> Answer:
    """What ask returns; what it refuses is said with its place."""
    try:
        return ask()
    except RefusedInputError as error:
        raise HttpError(400, str(error)) from error
    except NotPossibleError as error:
        raise HttpError(400, str(error)) from error
    except actions.ScenarioError as error:
        raise HttpError(409, str(error)) from error


@router.get("/editions", response=list[shapes.FieldEditionOut], summary="Editions that can be computed with")
def editions(request: HttpRequest) -> Any:
    return [edition_data(source.id, item) for source, item in fields.editions()]


def edition_data(source: str, item: Any) -> dict[str, Any]:
    return {"source": source, "edition": item.key, "title": item.title, "year": item.year}


@router.get(
    "/editions/{source}/{edition}",
    response={200: shapes.FieldEditionDetailOut, 404: Error},
    summary="The own values of an edition and what works on them",
)
def edition(request: HttpRequest, source: KeyPath, edition: KeyPath) -> Any:
    loaded = edition_or_404(source, edition)
    at = loaded.field.cities.index(loaded.edition.own_city)
    works = fields.works_on(loaded)
    total, rank = float(loaded.field.totals[at]), int(loaded.field.ranks[at])
    return edition_data(loaded.source.id, loaded.edition) | {
        "city": loaded.edition.own_city, "participants": loaded.field.participants,
        "total": total if math.isfinite(total) else None, "rank": rank or None,
        "figures": [
            {"key": row.key, "of": row.of, "title": row.title, "group": row.group, "present": row.present,
             "maximum": row.maximum, "changed": row.changed, "levers": list(works.get(row.key, ())),
             "raw": None if row.raw is None else raw_data(row.raw)}
            for row in loaded.rows.values()
        ],
    }  # fmt: skip


def raw_data(raw: RawScale) -> dict[str, Any]:
    low, high = raw.bounds
    return {
        "present": raw.present, "unit": raw.unit, "low": low, "high": high, "scale": raw.item.scale,
        "higher_is_better": raw.item.higher_is_better,
    }  # fmt: skip


@router.post(
    "/editions/{source}/{edition}/what-if",
    response={200: shapes.OutcomeOut, 400: Error, 404: Error, 422: Error},
    summary="What changed values would bring in the next edition; nothing is saved",
)
def what_if(request: HttpRequest, source: KeyPath, edition: KeyPath, given: shapes.WhatIfIn) -> Any:
    loaded = edition_or_404(source, edition)
    changes = tuple(item.change() for item in given.changes)
    assumed = given.assumptions.assumptions()
    return answered(lambda: outcome_data(outcome_of_changes(loaded, changes, assumed)))


def summary_data(scenario: Scenario, version: ScenarioVersion) -> dict[str, Any]:
    return {
        "id": scenario.pk, "title": version.title, "note": version.note, "source": scenario.source,
        "edition": scenario.edition, "version": version.number, "created_at": version.created_at,
        "released": scenario.published_id == version.pk, "archived": scenario.archived_at is not None,
        "demo": scenario.is_demo, "engine": version.engine, "sha256": version.result_hash,
    }  # fmt: skip


def detail_data(scenario: Scenario, version: ScenarioVersion) -> dict[str, Any]:
    return summary_data(scenario, version) | {
        "changes": version.changes, "assumptions": version.options, "result": version.result,
    }  # fmt: skip


@router.get(
    "/scenarios", response=list[shapes.ScenarioOut], summary="Scenarios that the caller may see, newest first"
)
def scenarios(request: HttpRequest, offset: Offset = 0, limit: Limit = 50) -> Any:
    found = queries.with_versions(queries.visible_to(request.user))[offset : offset + limit]
    return [summary_data(item, queries.shown_version(request.user, item)) for item in found]


@router.get(
    "/scenarios/{scenario_id}",
    response={200: shapes.ScenarioDetailOut, 404: Error},
    summary="One scenario with its changes and its result as saved",
)
def scenario(request: HttpRequest, scenario_id: ScenarioId) -> Any:
    found = queries.with_versions(queries.visible_to(request.user)).filter(pk=scenario_id).first()
    if found is None:
        raise HttpError(404, "There is no such scenario.")
    return detail_data(found, queries.shown_version(request.user, found))


@router.post(
    "/scenarios",
    response={
        201: shapes.ScenarioDetailOut,
        400: Error,
        401: Error,
        403: Error,
        404: Error,
        409: Error,
        422: Error,
    },
    auth=signed_in,
    summary="Compute and save a scenario",
)
def new_scenario(request: HttpRequest, given: shapes.ScenarioIn) -> Any:
    loaded = edition_or_404(given.source, given.edition)
    changes = tuple(item.change() for item in given.changes)
    version = answered(lambda: actions.save_scenario(
        request.user, actions.draft(loaded, changes, given.title, given.note, given.assumptions.assumptions())
    ))  # fmt: skip
    return Status(201, detail_data(version.scenario, version))
