"""The pages of the sources."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from steuerrad.modules.sensors.pulling.models import PullRun, PullSource
from steuerrad.modules.sensors.pulling.tests.servers import serving
from steuerrad.modules.sensors.pulling.tests.test_pulling import CSV
from steuerrad.modules.sensors.pulling.views import EXAMPLE
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.observations.store import owning

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(tmp_path: Any) -> Any:
    user = User.objects.create_user(email="c@demo.invalid", password="x")
    Membership.objects.create(user=user, role="coordinator")
    found = Client()
    found.force_login(user)
    with owning(tmp_path / "observations"):
        yield found


def given(url: str, **more: Any) -> dict[str, Any]:
    return {"title": "Quelle", "key": "q", "kind": "table", "url": url, "mapping": EXAMPLE.replace("temperature]", "T]"),
            "every_minutes": 5, "timeout_s": 5, "most_mb": 1} | more  # fmt: skip


def test_a_source_from_describing_to_history(browser: Client, settings: Any) -> None:
    with serving(lambda handler: handler.send(200, CSV)) as served:
        url = f"{served.base}/data.csv"
        assert browser.post("/sensors/sources/new/", given(url, secret="X-Key: geheim-42")).status_code == 302
        page = browser.get("/sensors/sources/q/").content.decode()
        assert "STEUERRAD_EGRESS_HOSTS" in page
        browser.post("/sensors/sources/q/fetch/")
        settings.EGRESS_HOSTS = [f"private:127.0.0.1:{served.port}"]
        browser.post("/sensors/sources/q/fetch/")
        browser.post("/sensors/sources/q/switch/", {"enabled": "1"})
    assert [run.state for run in PullRun.objects.all()] == ["stored", "failed"]
    assert served.seen[0]["x-key"] == "geheim-42"
    for address in ("/sensors/sources/", "/sensors/sources/q/", "/sensors/sources/q/edit/"):
        page = browser.get(address).content.decode()
        assert "geheim-42" not in page
    assert PullSource.objects.get().enabled
    # changing something else keeps the secret, forgetting drops it
    browser.post("/sensors/sources/q/edit/", given(url, title="Anders"))
    assert PullSource.objects.get().secret
    browser.post("/sensors/sources/q/edit/", given(url, forget_secret="on"))
    assert not PullSource.objects.get().secret
    assert browser.post("/sensors/sources/q/remove/").status_code == 302
    assert not PullSource.objects.exists()


def test_wrong_entries_are_said_at_their_field(browser: Client) -> None:
    for change, field in [
        ({"url": "ftp://x"}, "url"), ({"mapping": "a = ="}, "mapping"), ({"mapping": 'format = "csv"'}, "mapping"),
        ({"key": "A B"}, "key"), ({"secret": "no colon"}, "secret"), ({"every_minutes": 0}, "every_minutes"),
    ]:  # fmt: skip
        answer = browser.post("/sensors/sources/new/", given("https://a.example/") | change)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors


def test_only_the_office_sees_sources(browser: Client) -> None:
    user = User.objects.create_user(email="s@demo.invalid", password="x")
    Membership.objects.create(user=user, role="steering")
    other = Client()
    other.force_login(user)
    PullSource.objects.create(key="q", title="Q", url="https://a.example/", changed_at="2024-01-01T00:00Z")
    for address in ("/sensors/sources/", "/sensors/sources/q/", "/sensors/sources/new/"):
        assert other.get(address).status_code == 403
    for verb in ("switch", "fetch", "remove"):
        assert other.post(f"/sensors/sources/q/{verb}/").status_code == 403
    assert Client().get("/sensors/sources/").status_code == 302
