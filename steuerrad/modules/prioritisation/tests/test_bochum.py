"""The what-if on the real editions: every page answers, the demo is labelled, the home page stays cheap."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.kernel.registry import registry
from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.whatif import fields
from steuerrad.modules.prioritisation.whatif.cards import lever_card
from steuerrad.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def test_every_edition_can_be_played_with(client: Client) -> None:
    found = fields.editions()
    assert [edition.year for _source, edition in found] == sorted((e.year for _s, e in found), reverse=True)
    assert len(found) >= 5
    for source, edition in found:
        for name in ("whatif", "whatif_levers", "whatif_targets", "whatif_result"):
            page = client.get(reverse(f"prioritisation:{name}", args=[source.id, edition.key]))
            assert page.status_code == 200, (name, edition.key)


def test_the_edition_with_published_values_has_all_of_them() -> None:
    loaded = fields.load("city_index.field", "2020")
    known = [row for row in loaded.rows.values() if row.present is not None]
    assert len(known) == 38
    assert fields.works_on(loaded)


def test_measures_that_work_on_an_indicator_are_named(client: Client) -> None:
    text = client.get(reverse("prioritisation:whatif", args=["city_index.field", "2020"])).content.decode()
    assert "/strategy/measures/" in text


def test_the_demo_is_labelled_everywhere(client: Client) -> None:
    assert Scenario.objects.filter(is_demo=True).count() == 2
    assert not Scenario.objects.filter(is_demo=False).exists()
    client.force_login(User.objects.get(email="coordinator@demo.invalid"))
    for scenario in Scenario.objects.all():
        page = client.get(scenario.get_absolute_url()).content.decode()
        assert "kern-alert--warning" in page
    assert client.get(reverse("prioritisation:scenarios")).content.decode().count("prio-demo") == 2
    assert client.get("/api/v1/prioritisation/scenarios").json()[0]["demo"] is True


def test_the_demo_is_made_once() -> None:
    demo = next(item for item in registry.all("demo") if item.id == "prioritisation.scenario")
    before = ScenarioVersion.objects.count()
    assert demo.make(None) == []
    assert ScenarioVersion.objects.count() == before


def test_the_home_page_does_not_wait_for_a_simulation(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    fields.forget()
    with django_assert_max_num_queries(3):
        card = lever_card(None)
    assert card["later"]
    address = reverse("prioritisation:whatif_card", args=["levers"])
    assert f'hx-get="{address}"' in client.get("/").content.decode()
    with django_assert_max_num_queries(30):
        alone = client.get(address)
    assert alone.content.decode().count("<article") == 3
    with django_assert_max_num_queries(3):
        card = lever_card(None)
    assert len(card["levers"]) == 3
    assert all("(" in lever["points"] for lever in card["levers"])
    assert client.get(address.replace("levers", "none")).status_code == 204


def test_pages_ask_little_once_the_field_is_known(client: Client, django_assert_max_num_queries: Any) -> None:
    address = reverse("prioritisation:whatif_result", args=["city_index.field", "2020"])
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address, {"i.administration/city_app": "80"})
