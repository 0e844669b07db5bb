"""Writes of alerts: rules, acknowledging, receivers."""

from __future__ import annotations

from steuerrad.engines.observations import micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery, WebhookTarget
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, ObservedProperty, Sensor, Thing
from tests.support.writes.kinds import ADMINISTRATOR, BOTH, OWN, STEERERS, Objects, Write
from tests.support.writes.sensors import organisation

OWN_OR_BOTH = BOTH | OWN


def rule(objects: Objects) -> dict[str, str]:
    """For the things of the organisation of the person who asks."""
    return {
        "name": "Neu", "kind": "above", "threshold": "30", "level": "Severe", "category": "Env", "age_minutes": "60",
        "organisation": organisation(objects), "unit_code": "Cel",
    }  # fmt: skip


def same(objects: Objects) -> dict[str, str]:
    return rule(objects) | {
        "name": "Heiß",
        "threshold": "31",
        "organisation": objects["own_organisation"].key,
    }


def address(part: str):
    return lambda objects: f"/sensors/alerts/{objects['alert'].pk}/{part}/"


WRITES = (
    Write("sensors/alerts/rules/new/", STEERERS, lambda o: "/sensors/alerts/rules/new/", rule),
    Write("sensors/alerts/rules/<int:pk>/", OWN, lambda o: f"/sensors/alerts/rules/{o['alert_rule'].pk}/", same),
    Write("sensors/alerts/rules/<int:pk>/enabled/", OWN, lambda o: f"/sensors/alerts/rules/{o['alert_rule'].pk}/enabled/",
          {"enabled": "0"}),
    Write("sensors/alerts/<int:pk>/acknowledge/", OWN_OR_BOTH, address("acknowledge"), {"note": "Ich gehe hin."}),
    Write("sensors/alerts/<int:pk>/again/", OWN, address("again")),
    Write("sensors/alerts/receivers/", ADMINISTRATOR, lambda o: "/sensors/alerts/receivers/",
          {"name": "Leitstelle", "url": "https://alarm.city.example/hook"}),
    Write("sensors/alerts/receivers/<int:pk>/", ADMINISTRATOR, lambda o: f"/sensors/alerts/receivers/{o['receiver'].pk}/",
          {"secret": "1"}),
    Write("api/v1/sensors/alerts/<id>/acknowledge", OWN_OR_BOTH,
          lambda o: f"/api/v1/sensors/alerts/{o['alert'].pk}/acknowledge", {"note": "Ich gehe hin."}, api=True),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    """An open alert of the own organisation, with a message that could not be delivered."""
    owner = objects["own_organisation"]
    thing = actions.save(None, Thing(name="Teich", key="alerts:1", organisation=owner))
    sensor = actions.save(None, Sensor(name="Pegel", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="Level", definition="https://city.example/level"))
    stream = actions.save(None, Datastream(name="Pegel", thing=thing, sensor=sensor, observed_property=seen,
                                           unit_code="Cel"))  # fmt: skip
    now = clock.now()
    objects["alert_rule"] = AlertRule.objects.create(
        name="Heiß",
        kind="above",
        threshold=30,
        organisation=owner,
        unit_code="Cel",
        created_at=now,
        changed_at=now,
    )
    objects["alert"] = Alert.objects.create(
        rule=objects["alert_rule"], revision=1, stream=stream.pk, datastream=stream, stream_name="Pegel",
        begin=micros(now), raised_at=now, certain_at=now, value=31, worst=31, level="Severe", told_at=now,
    )  # fmt: skip
    objects["receiver"] = WebhookTarget.objects.create(
        name="Alt", url="https://alt.city.example/", created_at=now
    )
    Delivery.objects.create(alert=objects["alert"], key="x", event="raised", channel="webhook", target="Alt", body="{}",
                            webhook=objects["receiver"], state="failed", created_at=now, tries=7)  # fmt: skip
