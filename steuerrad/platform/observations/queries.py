"""Reading the catalogue."""

from __future__ import annotations

import functools
import operator
from typing import Any

from django.db.models import Model, Q, QuerySet

from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.access import allowed, memberships
from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)
from steuerrad.platform.observations.permissions import READ

#: From each entity to its things: the path of a query, "" for the thing itself.
TO_THINGS: dict[type[Model], str] = {
    Thing: "",
    Datastream: "thing",
    HistoricalLocation: "thing",
    Location: "things",
    Sensor: "datastreams__thing",
    ObservedProperty: "datastreams__thing",
    FeatureOfInterest: "thing_location__things",
}
#: Further paths to see a feature by: where a thing was once is as open as the thing.
FORMER = ("thing_location__historical_locations__thing", "past_features__thing")
#: Words of the catalogue that say nothing about a place or a person.
SHARED = (Sensor, ObservedProperty)


def own_organisations(user: Any, permission_id: str) -> set[int]:
    """Organisations for which one of the person's roles holds the right."""
    permission = registry.permission(permission_id)
    if permission is None:
        raise LookupError(permission_id)
    return {
        organisation
        for role, organisation in memberships(user)
        if organisation is not None and (role in permission.own_roles or role in permission.roles)
    }


def visible(user: Any, model: type[Model]) -> QuerySet[Any]:
    """The entities that the person may see: open ones, those of the own organisation, or all with the right to.

    Sensors and observed properties are words that all share. A location or feature that belongs to no thing is
    seen by those who may see everything.
    """
    rows = model._default_manager.all()
    if allowed(user, READ) or model in SHARED:
        return rows
    path = TO_THINGS[model]
    own = own_organisations(user, READ)
    if model is FeatureOfInterest:
        of_any = (rows.filter(_seen(one, own)).values("pk") for one in (path, *FORMER))
        return rows.filter(functools.reduce(operator.or_, (Q(pk__in=some) for some in of_any)))
    seen = _seen(path, own)
    if path in ("", "thing"):
        return rows.filter(seen)
    return rows.filter(pk__in=rows.filter(seen).values("pk"))  # a join to many would repeat rows


def _seen(path: str, own: set[int]) -> Q:
    """Tied by the path to a thing that is open, or of one of these organisations."""
    prefix = f"{path}__" if path else ""
    seen = Q(**{f"{prefix}public": True})
    return seen | Q(**{f"{prefix}organisation__in": own}) if own else seen


def visible_streams(user: Any) -> QuerySet[Datastream]:
    return visible(user, Datastream).select_related("thing", "sensor", "observed_property")


def organisations_of(entity: Model) -> set[int]:
    """Organisations of the things that the entity is tied to; None of a thing without one is left out."""
    path = TO_THINGS[type(entity)]
    if entity.pk is None and isinstance(entity, Datastream | HistoricalLocation):
        return {entity.thing.organisation_id} - {None}
    if isinstance(entity, Thing):
        return {entity.organisation_id} - {None}
    if entity.pk is None:
        return set()
    found = type(entity)._default_manager.filter(pk=entity.pk).values_list(f"{path}__organisation", flat=True)
    return {number for number in found if number is not None}


def used_by_others(entity: Model, own: set[int]) -> bool:
    """Whether things of other organisations, or of none, hang on the entity."""
    things = Thing.objects.filter(pk__in=type(entity)._default_manager.filter(pk=entity.pk).values(
        TO_THINGS[type(entity)] or "pk"
    ))  # fmt: skip
    return things.exclude(organisation__in=own).exists()
