"""Who may send observations to which datastreams, kept at hand for a moment: thousands of requests a second ask."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Min

from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations.actions import feature_of
from steuerrad.platform.observations.models import Datastream, FeatureOfInterest, Thing
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.queries import own_organisations

#: How long a right, a new datastream or a new place may take to be seen by other processes than the one that made it.
KEPT_S = 1.0


@dataclass
class Door:
    """What one person may write. placed: things whose place has a feature already; lost: things that are nowhere."""

    things: dict[int, int]
    placed: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    features: set[int] = field(default_factory=set)
    made: float = field(default_factory=time.monotonic)


_doors: dict[Any, Door] = {}
_lock = threading.Lock()


def forget() -> None:
    """Ask anew at the next request (after every change of the catalogue)."""
    with _lock:
        _doors.clear()


def door(context: Context) -> Door:
    """The door of the caller."""
    key = context.who.pk
    with _lock:
        found = _doors.get(key)
    if found is None or time.monotonic() - found.made > KEPT_S:
        found = _open(context.who)
        with _lock:
            if len(_doors) > 1000:
                _doors.clear()
            _doors[key] = found
    return found


def _open(who: Any) -> Door:
    rows = Datastream.objects.order_by()
    if not allowed(who, WRITE):
        rows = rows.filter(thing__organisation__in=own_organisations(who, WRITE))
    things = dict(rows.values_list("pk", "thing_id"))
    places = dict(Thing.objects.order_by().annotate(place=Min("locations")).values_list("pk", "place"))
    features = set(FeatureOfInterest.objects.order_by().values_list("thing_location", flat=True))
    placed = {thing for thing, place in places.items() if place is not None and place in features}
    lost = {thing for thing, place in places.items() if place is None}
    return Door(things, placed, lost)


def enter(context: Context, stream: int, place: str, *, featured: bool) -> None:
    """Raise unless the caller may write observations of a datastream.

    featured: the observation names its feature. Otherwise the place of the thing must be known (10.2.1.2); a feature
    is made of it when there is none yet.
    """
    known = door(context)
    thing = known.things.get(stream)
    if thing is None:
        if context.see(Datastream).filter(pk=stream).exists():
            raise PermissionDenied(WRITE)
        raise BadRequest(f"there is no Datastream with the id {stream}", place)
    if featured or thing in known.placed:
        return
    if thing in known.lost or feature_of(Thing.objects.get(pk=thing)) is None:
        raise BadRequest(
            "the Thing has no Location, so the Observation must name its FeatureOfInterest", place
        )
    known.placed.add(thing)


def feature(context: Context, key: int, place: str) -> int:
    """The key of an existing feature that an observation names. Raises BadRequest when there is none."""
    known = door(context)
    if key not in known.features:
        if not context.see(FeatureOfInterest).filter(pk=key).exists():
            raise BadRequest(f"there is no FeatureOfInterest with the id {key}", place)
        known.features.add(key)
    return key
