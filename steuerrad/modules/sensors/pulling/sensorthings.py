"""Reading another SensorThings server (OGC 18-088): its datastreams, and of each what is newer than what is here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pyarrow as pa
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.engines.observations import batch, micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.storing import first_reason, submitted
from steuerrad.modules.sensors.pulling.sources import Remote
from steuerrad.modules.sensors.reading import Faults
from steuerrad.platform.egress.calling import Answer, CallError
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing

Get = Callable[[str], Answer]
A_PAGE = 1000
MOST_STREAMS = 2_000
MOST_PAGES = 500
EXPAND = "Thing($expand=Locations),Sensor,ObservedProperty"


class RemoteError(Exception):
    """The other server answers what is not SensorThings."""


@dataclass
class Visit:
    """One fetch. places: id of the datastream there → ISO time of the latest figure; brought up to date as it goes.

    until: when to break off (monotonic seconds); what is missing comes with the next fetch.
    """

    remote: Remote
    base: str
    get: Get
    places: dict[str, str]
    source: str = ""
    organisation: Any = None
    until: float = float("inf")
    faults: Faults = field(default_factory=Faults)
    rows: int = 0
    stored: int = 0
    broken_off: bool = False


def read_all(visit: Visit) -> None:
    """Raises CallError, RemoteError; what was stored before stays, and `places` says how far it is."""
    for number, found in enumerate(_streams(visit)):
        if number >= MOST_STREAMS:
            visit.faults.add(0, "Datastreams", _("more than 2,000 datastreams; narrow them down by filter"))
            return
        if time.monotonic() > visit.until:
            visit.broken_off = True
            return
        try:
            stream = _described(visit, found)
        except (ValidationError, KeyError, TypeError, AttributeError) as error:
            reason = (
                first_reason(error)
                if isinstance(error, ValidationError)
                else _("it is not described as the standard says")
            )
            visit.faults.add(number + 1, "Datastreams", reason[:200])
            continue
        _follow(visit, _id(found), stream)


def _pages(visit: Visit, url: str) -> Iterator[list[Any]]:
    """All pages of a collection, as long as they lie on the same server."""
    here = urlsplit(visit.base)
    for _page in range(MOST_PAGES):
        document = _document(visit.get(url))
        if not isinstance(document.get("value"), list):
            raise RemoteError(_("the answer has no list `value`"))
        yield document["value"]
        link = document.get("@iot.nextLink")
        if not isinstance(link, str) or not link:
            return
        url = urljoin(url, link)
        there = urlsplit(url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise RemoteError(_("the next page lies on another server"))
    visit.broken_off = True


def _document(answer: Answer) -> Mapping[str, Any]:
    if answer.status != 200:
        raise CallError(_("the server answers %(status)d") % {"status": answer.status})
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise RemoteError(_("the answer is no JSON")) from None
    if not isinstance(found, dict):
        raise RemoteError(_("the answer has no list `value`"))
    return found


def _streams(visit: Visit) -> Iterator[Any]:
    options = {"$expand": EXPAND, "$orderby": "id", "$top": "100"}
    if visit.remote.filter:
        options["$filter"] = visit.remote.filter
    for page in _pages(visit, f"{visit.base}/Datastreams?{urlencode(options, quote_via=quote)}"):
        yield from page


def _id(found: Mapping[str, Any]) -> str:
    return str(found["@iot.id"])


def _described(visit: Visit, found: Mapping[str, Any]) -> Datastream:
    """The own datastream for one there. Raises what a wrong description raises."""
    there, number = found["Thing"], _id(found)
    key = f"{visit.remote.prefix}{there['@iot.id']}"
    existing = Datastream.objects.filter(thing__key=key, properties__column=number).first()
    if existing is not None:
        return existing
    with transaction.atomic():
        thing = Thing.objects.filter(key=key).first() or _thing(visit, key, there)
        unit = found.get("unitOfMeasurement") or {}
        word = found["ObservedProperty"]
        seen = ObservedProperty.objects.filter(definition=word["definition"]).first() or catalogue.save(
            None,
            ObservedProperty(
                name=word["name"], definition=word["definition"], description=word.get("description") or ""
            ),
        )
        made_by = found["Sensor"]
        sensor = Sensor.objects.filter(name=made_by["name"]).first() or catalogue.save(
            None,
            Sensor(name=made_by["name"], encoding_type=made_by.get("encodingType") or "text/plain",
                   metadata=made_by.get("metadata") or made_by["name"]),
        )  # fmt: skip
        return catalogue.save(
            None,
            Datastream(
                name=found["name"], description=found.get("description") or "", thing=thing, sensor=sensor,
                observed_property=seen, unit_name=unit.get("name"), unit_symbol=unit.get("symbol"),
                unit_definition=unit.get("definition"), unit_code=_code(unit.get("definition")),
                properties={"column": number, "at": f"{visit.base}/Datastreams({number})"},
            ),
        )  # fmt: skip


def _code(definition: Any) -> str:
    """The UCUM code in a definition like https://ucum.org/ucum#Cel or ucum:Cel, where there is one."""
    text = definition if isinstance(definition, str) else ""
    head, mark, code = text.rpartition("#") if "#" in text else text.rpartition(":")
    return code[:60] if mark and "ucum" in head.lower() else ""


def _thing(visit: Visit, key: str, there: Mapping[str, Any]) -> Thing:
    thing = catalogue.save(
        None,
        Thing(key=key, name=there["name"], description=there.get("description") or "", origin=visit.remote.origin,
              source=(visit.source or visit.base)[:300], organisation=visit.organisation),
    )  # fmt: skip
    places = [
        catalogue.save(None, Location(name=place.get("name") or thing.name, geometry=place["location"]))
        for place in there.get("Locations") or ()
        if isinstance(place, Mapping) and isinstance(place.get("location"), Mapping)
    ]
    if places:
        catalogue.place(None, thing, places)
    return thing


def _follow(visit: Visit, number: str, stream: Datastream) -> None:
    """What is new of one datastream, page by page; each page is on the disk before the next is asked for."""
    last = visit.places.get(number)
    since = clock.now() - timedelta(days=visit.remote.days)
    if last:
        since = datetime.fromisoformat(last) - timedelta(minutes=visit.remote.overlap_minutes)
    options = {
        "$filter": f"phenomenonTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", "$orderby": "phenomenonTime asc", "$top": str(A_PAGE),
        "$select": "phenomenonTime,result",
    }  # fmt: skip
    key = number if number.isdecimal() else "'" + number.replace("'", "''") + "'"
    url = (
        f"{visit.base}/Datastreams({quote(key, safe='')})/Observations?{urlencode(options, quote_via=quote)}"
    )
    for page in _pages(visit, url):
        table = _table(visit, stream, page)
        if table is not None:
            submitted(table)
            visit.stored += table.num_rows
            latest = moment(max(table.column("time").to_pylist())).isoformat()
            visit.places[number] = max(latest, visit.places.get(number, ""))
        if time.monotonic() > visit.until:
            visit.broken_off = True
            return


def _table(visit: Visit, stream: Datastream, page: list[Any]) -> pa.Table | None:
    times, values, extras = [], [], []
    for row in page:
        visit.rows += 1
        try:
            start, slash, end = row["phenomenonTime"].partition("/")
            value = row["result"]
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
                raise TypeError
            begin = micros(datetime.fromisoformat(start))
            extras.append(json.dumps({"end": micros(datetime.fromisoformat(end))}) if slash else None)
            times.append(begin)
            values.append(float(value))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            visit.faults.add(visit.rows, stream.name[:80], _("no figure with its time"))
    return batch(stream.pk, times, values, None, extras) if times else None
