"""A client that others have written (frost-sta-client, Fraunhofer IOSB) against a running server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frost_sta_client as fsc
import geojson
import pytest
import requests
from django.contrib.auth import get_user_model

from steuerrad.modules.sensors.sta.doors import forget
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.store import owning

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("steuerrad.modules.sensors.sta.tests.addresses"),
]


@pytest.fixture
def key(db: None) -> str:
    return create_token(get_user_model().objects.create_superuser("sta@demo.invalid", "x"), "test")


@pytest.fixture
def client_of(live_server: Any, key: str, tmp_path: Path) -> Iterator[fsc.SensorThingsService]:
    """The client, signed in by its key as the password, as it can do it."""
    forget()
    with owning(tmp_path / "observations"):
        url = f"{live_server.url}/sta/v1.1"
        yield fsc.SensorThingsService(url, auth_handler=fsc.AuthHandler("key", key))
    forget()


def a_thing(service: fsc.SensorThingsService) -> tuple[Any, Any]:
    """A thing with a location, and a datastream, made one by one."""
    place = fsc.Location(name="roof", description="of a house", encoding_type="application/geo+json",
                         location=geojson.Point((7.2, 51.4)))  # fmt: skip
    thing = fsc.Thing(name="station", description="weather", properties={"a": 1}, locations=[place])
    service.create(thing)
    stream = fsc.Datastream(
        name="temperature", description="of the air", observation_type="OM_Measurement",
        unit_of_measurement=fsc.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel"),
        thing=fsc.Thing(id=thing.id),
        sensor=fsc.Sensor(name="T", description="thermometer", encoding_type="text/html", metadata="x"),
        observed_property=fsc.ObservedProperty(name="temperature", definition="https://voc.invalid/t", description="air"),
    )  # fmt: skip
    service.create(stream)
    return thing, stream


def test_creates_reads_changes_and_deletes(client_of: fsc.SensorThingsService) -> None:
    thing, stream = a_thing(client_of)
    read = client_of.things().find(thing.id)
    assert (read.name, read.description, read.properties) == ("station", "weather", {"a": 1})
    assert next(iter(read.get_locations().query().list())).location["coordinates"] == [7.2, 51.4]
    read.name = "renamed"
    client_of.update(read)
    assert client_of.things().find(thing.id).name == "renamed"
    client_of.patch(read, [{"op": "replace", "path": "/properties/a", "value": 2}])
    assert client_of.things().find(thing.id).properties == {"a": 2}
    streams = read.get_datastreams().query().expand("Sensor,ObservedProperty").list()
    found = next(iter(streams))
    assert found.id == stream.id
    assert found.sensor.name == "T"
    assert found.observed_property.name == "temperature"
    assert found.unit_of_measurement.symbol == "°C"
    client_of.delete(read)
    assert not list(client_of.things().query().list())
    with pytest.raises(requests.HTTPError):
        client_of.datastreams().find(stream.id)


def test_sends_observations_one_by_one_and_as_data_array(client_of: fsc.SensorThingsService) -> None:
    _thing, stream = a_thing(client_of)
    for hour in range(3):
        one = fsc.Observation(
            result=hour + 0.5, phenomenon_time=f"2024-01-01T0{hour}:00:00Z", datastream=stream
        )
        client_of.create(one)
        assert client_of.observations().find(one.id).result == hour + 0.5
    many = fsc.model.ext.data_array_value.DataArrayValue()
    many.datastream = fsc.Datastream(id=stream.id)
    names = fsc.model.ext.data_array_value.DataArrayValue.Property
    many.components = {names.PHENOMENON_TIME, names.RESULT}
    for hour in range(3, 8):
        many.add_observation(
            fsc.Observation(result=hour, phenomenon_time=f"2024-01-01T0{hour}:00:00Z", datastream=stream)
        )
    document = fsc.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(many)
    made = client_of.observations().create(document)
    assert len(made) == 5
    query = client_of.observations().query().filter("result gt 1 and phenomenonTime lt 2024-01-01T06:00:00Z")
    assert [one.result for one in query.orderby("phenomenonTime", "asc").list()] == [1.5, 2.5, 3, 4, 5]
    newest = (
        client_of.datastreams()
        .find(stream.id)
        .get_observations()
        .query()
        .orderby("phenomenonTime")
        .top(1)
        .list()
    )
    assert next(iter(newest)).result == 7
    assert client_of.observations().query().count().top(2).list().get(0).result == 0.5


def test_follows_the_pages(client_of: fsc.SensorThingsService) -> None:
    for number in range(7):
        client_of.create(fsc.Thing(name=f"thing {number}", description="x"))
    assert [one.name for one in client_of.things().query().top(3).list()] == [f"thing {n}" for n in range(7)]


def test_expands_over_two_levels(client_of: fsc.SensorThingsService) -> None:
    _thing, stream = a_thing(client_of)
    for hour in range(3):
        client_of.create(
            fsc.Observation(result=hour, phenomenon_time=f"2024-01-01T0{hour}:00:00Z", datastream=stream)
        )
    expansion = "Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1)),Locations"
    thing = next(iter(client_of.things().query().expand(expansion).list()))
    assert thing.datastreams.entities[0].observations.entities[0].result == 2
    assert thing.locations.entities[0].name == "roof"


def test_is_told_what_is_wrong(client_of: fsc.SensorThingsService, live_server: Any) -> None:
    with pytest.raises(requests.HTTPError) as caught:
        client_of.things().query().filter("nonsense eq 1").list()
    assert caught.value.response.status_code == 400
    assert "nonsense" in caught.value.response.json()["message"]
    visitor = fsc.SensorThingsService(f"{live_server.url}/sta/v1.1")
    with pytest.raises(requests.HTTPError) as caught:
        visitor.create(fsc.Thing(name="x", description="x"))
    assert caught.value.response.status_code == 401
    assert not list(visitor.things().query().list())


def test_a_batch_in_parts(live_server: Any, client_of: fsc.SensorThingsService, key: str) -> None:
    """multipart/mixed as OData 4.0 has it: a reading, and a change set that holds as a whole or not at all."""
    good = 'POST Things HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"name":"one","description":"x"}'
    more = "POST $1/Locations HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" \
           '{"name":"p","description":"","encodingType":"application/geo+json","location":{"type":"Point","coordinates":[7,51]}}'  # fmt: skip
    bad = good.replace('"name":"one",', "")
    for parts, status, count in (((good, more), 201, 1), ((good, bad), 400, 1)):
        inner = "".join(
            f"--c\r\nContent-Type: application/http\r\nContent-ID: {number}\r\n\r\n{part}\r\n"
            for number, part in enumerate(parts, 1)
        )
        body = (
            "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" + inner + "--c--\r\n"
            "--b\r\nContent-Type: application/http\r\n\r\nGET Things/$count HTTP/1.1\r\n\r\n\r\n--b--\r\n"
        )
        answer = requests.post(
            f"{live_server.url}/sta/v1.1/$batch", data=body.encode(), timeout=10,
            headers={"Content-Type": "multipart/mixed; boundary=b", "Authorization": f"Bearer {key}"},
        )  # fmt: skip
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("multipart/mixed")
        assert f"HTTP/1.1 {status} " in answer.text
        assert answer.text.rstrip().rsplit("\r\n\r\n", 1)[1].startswith(str(count))
