"""Tests of computed KPIs tie three functions of the platform to KPIs of Bochum; its own file ties another one."""

from __future__ import annotations

import pytest

from steuerrad.modules.strategy.models import Kpi

SUPPLIED = {
    "ZI-DI-K1.1": "datasets.open_share",
    "ZI-DI-K1.2": "strategy.data_suppliers",
    "ZI-DI-K6": "datasets.downloads",
}


@pytest.fixture(autouse=True)
def supplied_kpis(request: pytest.FixtureRequest) -> None:
    """Three KPIs supplied by functions, for tests that read Bochum's folder from the database."""
    if "bochum" not in request.fixturenames or request.node.get_closest_marker("django_db") is None:
        return
    request.getfixturevalue("db")
    for code, function in SUPPLIED.items():
        Kpi.objects.filter(code=code).update(supplied_by=function)
