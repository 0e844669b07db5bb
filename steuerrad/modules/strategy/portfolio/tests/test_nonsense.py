"""Nonsense in addresses of the portfolio with a measure that exists: a page or a refusal, never a crash."""

from __future__ import annotations

import pytest
from django.test import Client

from steuerrad.modules.strategy.portfolio.tests.factories import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
PIECES = ("0", "9" * 18, "9" * 30, "9" * 4000, "a", "%00", "%FF", "<b>", "x" * 3000)
ROUTES = (
    "measures/A.1.1/reports/{}/", "measures/A.1.1/reports/{}/release/", "measures/A.1.1/steering/risk/{}/",
    "measures/A.1.1/steering/budget/{}/", "measures/A.1.1/steering/milestone/{}/remove/", "measures/A.1.1/steering/{}/new/",
    "measures/{}/steering/", "measures/{}/light/", "measures/{}/replace/", "measures/{}/rating/", "measures/{}/restore/",
    "measures/{}/", "portfolio/filters/{}/delete/", "portfolio/?light={}&report={}&sort={}&theme={}&page={}", "portfolio/rating/?criteria={}",
)  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_no_page_breaks(route: str) -> None:
    client = Client()
    client.force_login(person("administrator"))
    for piece in PIECES:
        address = f"/strategy/{route.format(*[piece] * 5)}"
        assert client.get(address).status_code < 500
        assert client.post(address).status_code < 500
