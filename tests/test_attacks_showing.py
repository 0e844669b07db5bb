"""What visitors and other people's pages can do with what is shown."""

from __future__ import annotations

import pytest
from django.test import Client

from steuerrad.modules.strategy.models import Kpi
from steuerrad.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("musterstadt")]


def signed_in() -> Client:
    client = Client()
    client.force_login(User.objects.get(email="coordinator@demo.invalid"))
    return client


def embedded() -> list[str]:
    with_values = Kpi.objects.filter(values__superseded=False, retired=False).distinct()
    charts = [f"/strategy/kpis/{item.code}/chart.svg" for item in with_values[:1]]
    pages = [f"/strategy/embed/kpis/{item.code}/" for item in with_values[:1]]
    return ["/strategy/embed/wheel/", "/strategy/wheel.svg", *charts, *pages]


def test_what_others_embed_is_the_same_for_everybody_and_sets_no_cookie() -> None:
    for address in embedded():
        mine, theirs = signed_in().get(address), Client().get(address)
        assert mine.status_code == theirs.status_code
        assert mine.content == theirs.content, address
        assert not mine.cookies, address
        assert "<form" not in mine.content.decode()


@pytest.mark.parametrize("body", ["[" * 200_000, '{"changes": ' + "[" * 50_000, '{"changes": [{"likely": NaN}]}', "\x00", '"\\ud800"',
                                  '{"changes": [{"key": "x", "likely": Infinity}]}', '{"changes": [{"key": "x", "likely": 1e999}]}'])  # fmt: skip
def test_json_that_is_none_or_too_deep(body: str) -> None:
    for address in (
        "/api/v1/prioritisation/editions/city_index.results/2023/what-if",
        "/api/v1/prioritisation/scenarios",
    ):
        for client in (Client(), signed_in()):
            answer = client.post(address, body, content_type="application/json")
            assert 400 <= answer.status_code < 500, (address, answer.status_code)


def test_where_the_language_and_the_sign_in_lead_to() -> None:
    for place in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"):
        for address, name in (("/i18n/setlang/", "next"), ("/sign-in/new/", "path")):
            answer = signed_in().post(address, {"language": "en", name: place, "email": "x@city.example"})
            assert "evil.example" not in answer.get("Location", "")
            assert "javascript:" not in answer.get("Location", "")
