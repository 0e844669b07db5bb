"""Tests of the portfolio begin without the demo data, except those about it."""

from __future__ import annotations

import pytest

from steuerrad.modules.strategy.models import (
    BudgetLine,
    Dependency,
    LightOverride,
    Milestone,
    Rating,
    Risk,
    StaffDays,
    StatusReport,
)


@pytest.fixture(autouse=True)
def without_demo_rows(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db") is None or getattr(
        request.module, "WITH_DEMO_ROWS", False
    ):
        return
    if not {"musterstadt", "bochum"} & set(request.fixturenames):
        return
    request.getfixturevalue("db")
    for model in (Dependency, LightOverride, Rating, Risk, StaffDays, BudgetLine, StatusReport, Milestone):
        model.objects.filter(demo=True).delete()
