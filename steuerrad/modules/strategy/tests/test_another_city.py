"""Nothing of one city is in the code: the invented second city shows no trace of the first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.modules.strategy.models import Field, Kpi, Measure, Theme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
LISTS = [
    "home", "strategy:index", "strategy:attention", "strategy:measures", "strategy:kpis", "strategy:computed",
    "strategy:systems", "strategy:sources", "organisations:list",
]  # fmt: skip


def test_pages_have_no_trace_of_bochum(client: Client) -> None:
    kinds = (Theme, Field, Measure, Kpi)
    objects: list[Any] = [item for kind in kinds for item in kind.objects.all()]  # type: ignore[attr-defined]
    assert len({type(item) for item in objects}) == len(kinds)
    for url in [*map(reverse, LISTS), *(item.get_absolute_url() for item in objects)]:
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "bochum" not in answer.content.decode().lower(), url


def test_search_finds_its_measures(client: Client) -> None:
    measure = Measure.objects.first()
    assert measure
    assert measure.get_absolute_url() in client.get(reverse("search"), {"q": measure.number}).content.decode()
