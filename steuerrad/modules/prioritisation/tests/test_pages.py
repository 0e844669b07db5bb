"""The overview of prioritisation."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.kernel.registry import registry


def test_module_is_registered() -> None:
    assert "prioritisation" in registry


@pytest.mark.django_db
def test_the_overview_answers_without_any_data(client: Client) -> None:
    page = client.get(reverse("prioritisation:index"))
    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1
    assert "ui-empty" in page.content.decode()
