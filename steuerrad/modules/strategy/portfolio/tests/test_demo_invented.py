"""In an invented city the demo data is what there is: it counts, and the page says that all is invented."""

from __future__ import annotations

import pytest

from steuerrad.modules.strategy.portfolio.candidates import candidates
from steuerrad.modules.strategy.portfolio.tests.factories import person

pytestmark = pytest.mark.django_db
WITH_DEMO_ROWS = True


@pytest.mark.usefixtures("musterstadt")
def test_in_an_invented_city_it_is_what_there_is() -> None:
    assert any(item.own_funds for item in candidates(person("coordinator")))
