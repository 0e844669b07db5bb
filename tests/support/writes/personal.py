"""Writes that belong to whoever is signed in: the own notifications, preferences and keys."""

from __future__ import annotations

from steuerrad.kernel.registry import registry
from steuerrad.platform.http_api.models import ApiToken
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.notifications.actions import Message, notify
from tests.support.writes.kinds import ALL, Objects, Write

WRITES = (
    Write("notifications/read/", ALL, lambda o: "/notifications/read/", logged=False),
    Write(
        "notifications/<int:pk>/",
        ALL,
        lambda o: f"/notifications/{o['notices'][o['role']].pk}/",
        logged=False,
    ),
    Write("notifications/preferences/", ALL, lambda o: "/notifications/preferences/", {"language": "en"}),
    Write("api/keys/", ALL, lambda o: "/api/keys/", {"name": "neu"}, code=200),
    Write("api/keys/<int:pk>/withdraw/", ALL, lambda o: f"/api/keys/{o['keys'][o['role']].pk}/withdraw/"),
)


def prepare(objects: Objects) -> None:
    topic = next(iter(registry.all("topics"))).id
    people = objects["people"]
    objects["notices"] = {
        role: notify(user, topic, lambda: Message("Neu", ("Zeile",)), dedupe="test", url="/strategy/")
        for role, user in people.items()
    }
    objects["keys"] = {}
    for role, user in people.items():
        create_token(user, "alt")
        objects["keys"][role] = ApiToken.objects.get(user=user)
