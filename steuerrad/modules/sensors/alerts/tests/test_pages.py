"""Pages: who sees what, writing rules with a preview, acknowledging, the public feed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import personal, signing
from steuerrad.modules.sensors.alerts.cap import ATOM, CAP
from steuerrad.modules.sensors.alerts.evaluating import Evaluator
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery, WebhookTarget
from steuerrad.modules.sensors.alerts.tests.test_evaluating import NOW, make_rule, noon, send
from steuerrad.modules.sensors.quality.tests.test_running import station
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.organisations.models import Organisation

__all__ = ["noon"]
pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
FIELDS = {
    "name": "Heat", "kind": "above", "threshold": "30", "clear": "28", "minutes": "0", "level": "Severe",
    "category": "Met", "age_minutes": "60",
}  # fmt: skip


def person(role: str, organisation: Any = None) -> User:
    made = User.objects.create_user(f"{role}@pages.example")
    Membership.objects.create(user=made, role=role, organisation=organisation)
    return made


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alerted(store: Any, noon: Any) -> Alert:
    """An alert that goes on, of a public thing and a public rule."""
    (air,) = station("air_temperature")
    Thing.objects.update(public=True)
    make_rule(air, public=True, clear=25.0, note="Open the halls")
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-30, 20), (-20, 33), (-10, 36))
    watch.step()
    return Alert.objects.get()


def test_an_alert_is_acknowledged_with_a_note(alerted) -> None:
    coordinator = person("coordinator")
    page = browser(coordinator).get("/sensors/alerts/")
    assert [one["alert"] for one in page.context["rows"]] == [alerted]
    where = f"/sensors/alerts/{alerted.pk}/"
    assert browser(coordinator).get(where).context["may_acknowledge"]
    browser(coordinator).post(f"{where}acknowledge/", {"note": "I go there."})
    page = browser(coordinator).get(where)
    assert not page.context["may_acknowledge"]
    assert "I go there." in page.content.decode()
    alerted.refresh_from_db()
    assert alerted.state == "acknowledged"
    assert AuditEntry.objects.filter(action="sensors.alert_acknowledge", reason="I go there.").count() == 1
    again = browser(coordinator).post(f"{where}acknowledge/", {"note": "Me, too."}, follow=True)
    assert [str(one.level_tag) for one in again.context["messages"]] == ["error"]


def test_visitors_and_people_of_other_organisations_see_nothing(alerted, client) -> None:
    where = f"/sensors/alerts/{alerted.pk}/"
    for address in ("/sensors/alerts/", where, "/sensors/alerts/rules/", "/sensors/alerts/rules/new/"):
        assert client.get(address).status_code == 302
    mine, other = (Organisation.objects.create(key=key, name=key) for key in ("mine", "other"))
    Thing.objects.update(organisation=mine)
    assert browser(person("contributor", mine)).get(where).status_code == 200
    stranger = User.objects.create_user("stranger@pages.example")
    Membership.objects.create(user=stranger, role="contributor", organisation=other)
    assert browser(stranger).get(where).status_code == 404
    assert browser(stranger).post(f"{where}acknowledge/").status_code == 404
    assert browser(stranger).get("/sensors/alerts/receivers/").status_code == 403


def test_a_rule_is_tried_and_then_saved(store, noon) -> None:
    (air,) = station("air_temperature")
    send(store, air, *((-200 + 10 * step, 33 if step % 5 == 0 else 20) for step in range(20)))
    coordinator = browser(person("coordinator"))
    told = FIELDS | {"datastream": air.pk}
    page = coordinator.post("/sensors/alerts/rules/new/", told | {"preview": "1"})
    assert (page.status_code, page.context["tried"].fired, page.context["tried"].count) == (200, 4, 1)
    assert not AlertRule.objects.exists()
    silent = coordinator.post(
        "/sensors/alerts/rules/new/",
        told | {"preview": "1", "kind": "silent", "minutes": "5", "threshold": ""},
    )
    assert silent.context["tried"].fired == 20
    assert coordinator.post("/sensors/alerts/rules/new/", told).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.datastream, rule.threshold, rule.revision) == (air, 30.0, 1)
    page = coordinator.get(f"/sensors/alerts/rules/{rule.pk}/")
    assert page.context["form"]["threshold"].value() == 30.0
    coordinator.post(f"/sensors/alerts/rules/{rule.pk}/", told | {"threshold": "31", "clear": ""})
    rule.refresh_from_db()
    assert (rule.threshold, rule.clear, rule.revision) == (31.0, None, 2)
    assert AuditEntry.objects.filter(action__startswith="sensors.alert_rule").count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"threshold": ""}, "threshold"), ({"threshold": "nan"}, "threshold"), ({"clear": "31"}, "clear"),
        ({"kind": "silent"}, "minutes"), ({"quiet_from": "22:00"}, "quiet_to"), ({"datastream": ""}, "observed_property"),
        ({"escalate_minutes": "5"}, "escalate_minutes"), ({"datastream": "999999"}, "datastream"), ({"name": ""}, "name"),
        ({"gap_minutes": "0"}, "gap_minutes"), ({"age_minutes": "0"}, "age_minutes"), ({"roles": "mayor"}, "roles"),
        ({"origin": "city", "datastream": ""}, "unit_code"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where(store, changed, field) -> None:
    (air, _wet) = station("air_temperature", "relative_humidity")
    page = browser(person("coordinator")).post(
        "/sensors/alerts/rules/new/", FIELDS | {"datastream": air.pk} | changed
    )
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not AlertRule.objects.exists()


def test_a_contributor_writes_rules_for_the_own_things_only(store) -> None:
    (air,) = station("air_temperature")
    mine, other = (Organisation.objects.create(key=key, name=key) for key in ("mine", "other"))
    Thing.objects.update(organisation=mine)
    own = browser(person("contributor", mine))
    told = FIELDS | {"datastream": air.pk}
    assert own.post("/sensors/alerts/rules/new/", told).status_code == 422, "without the organisation"
    assert own.post("/sensors/alerts/rules/new/", told | {"organisation": "other"}).status_code == 422
    public = own.post("/sensors/alerts/rules/new/", told | {"organisation": "mine", "public": "on"})
    assert "public" in public.context["form"].errors
    assert own.post("/sensors/alerts/rules/new/", told | {"organisation": "mine"}).status_code == 302
    rule = AlertRule.objects.get()
    AlertRule.objects.update(organisation=other)
    assert own.post(f"/sensors/alerts/rules/{rule.pk}/", told | {"organisation": "mine"}).status_code == 404


def test_a_changed_condition_closes_what_was_open_under_the_old_one(alerted) -> None:
    coordinator = browser(person("coordinator"))
    coordinator.post(f"/sensors/alerts/rules/{alerted.rule_id}/enabled/", {"enabled": "0"})
    alerted.refresh_from_db()
    assert alerted.state == "closed"
    assert list(alerted.deliveries.values_list("event", "channel")) == [
        ("raised", "notice"), ("raised", "cap"), ("cleared", "notice"), ("cleared", "cap"),
    ]  # fmt: skip
    page = coordinator.get(f"/sensors/alerts/{alerted.pk}/")
    assert [step.note for step, _note in page.context["steps"]] == ["", "the rule was taken out of force"]


def test_the_public_feed_leads_to_signed_documents_that_follow_each_other(
    alerted, store, noon, client
) -> None:
    def entries() -> list[ElementTree.Element]:
        return ElementTree.fromstring(client.get("/sensors/alerts/feed.atom").content).findall(
            f"{{{ATOM}}}entry"
        )

    [entry] = entries()
    link = entry.find(f"{{{ATOM}}}link[@rel='alternate']")
    assert link is not None
    path = "/" + link.get("href", "").split("/", 3)[3]
    document = client.get(path)
    assert document["Content-Type"].startswith("application/cap+xml")
    public = client.get("/sensors/alerts/feed/certificate.pem").content
    root = ElementTree.fromstring(signing.verified(document.content, public))
    assert (root.findtext(f"{{{CAP}}}msgType"), root.findtext(f"{{{CAP}}}status")) == ("Alert", "Actual")
    noon(NOW + timedelta(hours=13))
    watch = Evaluator(store)
    watch.tend()
    watch.tend()
    noon(NOW + timedelta(hours=14))
    (stream,) = [alerted.datastream]
    send(store, stream, (13 * 60 + 59, 20))
    watch.step()
    kinds, references = [], []
    for row in Delivery.objects.filter(channel="cap").order_by("pk"):
        told = ElementTree.fromstring(row.body)
        kinds.append(told.findtext(f"{{{CAP}}}msgType"))
        references.append((told.findtext(f"{{{CAP}}}references") or "").split())
    assert kinds == ["Alert", "Update", "Cancel"]
    first, second = (row.target for row in Delivery.objects.filter(channel="cap").order_by("pk")[:2])
    assert [[one.split(",")[1] for one in each] for each in references] == [[], [first], [first, second]]
    assert len(entries()) == 3
    Thing.objects.update(public=False)
    assert entries() == []
    assert client.get(path).status_code == 404


def test_a_simulated_station_is_said_to_be_a_test(store, noon, client) -> None:
    (air,) = station("air_temperature")
    Thing.objects.update(public=True, origin=Thing.SIMULATED)
    make_rule(air, public=True)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-1, 33))
    watch.step()
    told = ElementTree.fromstring(Delivery.objects.get(channel="cap").body)
    assert told.findtext(f"{{{CAP}}}status") == "Test"
    page = browser(person("coordinator")).get(f"/sensors/alerts/{Alert.objects.get().pk}/").content.decode()
    assert "simuliert" in page


def test_over_the_api(alerted) -> None:
    client = Client(headers={"Authorization": f"Bearer {create_token(person('coordinator'), 'test')}"})
    found = client.get("/api/v1/sensors/alerts?state=open").json()
    assert (found["total"], found["items"][0]["worst"], found["items"][0]["state"]) == (1, 33.0, "open")
    assert client.get("/api/v1/sensors/alerts?state=closed").json()["total"] == 0
    assert client.get("/api/v1/sensors/alert-rules").json()[0]["condition"] == "Above 30."
    where = f"/api/v1/sensors/alerts/{alerted.pk}"
    done = client.post(f"{where}/acknowledge", {"note": "n"}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "acknowledged")
    assert [step["verb"] for step in done.json()["steps"]] == ["raise", "acknowledge"]
    assert client.post(f"{where}/acknowledge", {}, content_type="application/json").status_code == 409
    assert Client().get(where).status_code == 401


def test_only_administrators_allow_addresses(db) -> None:
    told = {"name": "Control room", "url": "https://alarm.city.example/hook"}
    assert browser(person("coordinator")).post("/sensors/alerts/receivers/", told).status_code == 403
    admin = browser(person("administrator"))
    for url in ("http://alarm.city.example/", "https://user:pass@city.example/", "ftp://x", "https://"):
        assert admin.post("/sensors/alerts/receivers/", told | {"url": url}).status_code == 422
    assert admin.post("/sensors/alerts/receivers/", told).status_code == 302
    row = WebhookTarget.objects.get()
    before = admin.get("/sensors/alerts/receivers/").context["rows"][0][1]
    admin.post(f"/sensors/alerts/receivers/{row.pk}/", {"secret": "1"})
    after = admin.get("/sensors/alerts/receivers/").context["rows"][0][1]
    assert (before != after, len(after)) == (True, 64)
    admin.post(f"/sensors/alerts/receivers/{row.pk}/", {"active": "0"})
    row.refresh_from_db()
    assert not row.active
    assert clock.now() >= row.created_at


def test_a_person_can_take_their_data_along_and_be_forgotten(alerted) -> None:
    coordinator = person("coordinator")
    alerted.rule.people.add(coordinator)
    browser(coordinator).post(f"/sensors/alerts/{alerted.pk}/acknowledge/", {"note": "I go there."})
    told = personal.export(coordinator)
    assert [step["note"] for step in told["steps"]] == ["I go there."]
    assert told["told_by_rules"] == [alerted.rule.name]
    personal.erase(coordinator)
    assert personal.export(coordinator) == {"steps": [], "told_by_rules": [], "told_when_escalated": []}
    assert alerted.steps.filter(note="I go there.", by=None).count() == 1
