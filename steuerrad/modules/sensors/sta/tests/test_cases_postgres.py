"""The same requests and answers where the observations lie in PostgreSQL: a store of another kind, the same standard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from steuerrad.engines.observations import open_folder
from steuerrad.modules.sensors.sta.doors import forget
from steuerrad.modules.sensors.sta.tests.conftest import BASE, Service
from steuerrad.modules.sensors.sta.tests.test_cases import CASES, run
from steuerrad.platform.observations.store import Local
from tests.support import postgres


@pytest.fixture
def service(db: None, tmp_path: Path) -> Iterator[Service]:
    """As the service of the other tests, with its observations in a PostgreSQL server of its own."""
    user = get_user_model().objects.create(email="sta@demo.invalid", is_superuser=True, is_active=True)
    forget()
    with postgres.server() as url, open_folder(tmp_path / "observations", url=url) as writer:
        yield Service(Local(writer), user)
    forget()


@pytest.mark.django_db
def test_cases_on_postgresql(service: Service, subtests: pytest.Subtests) -> None:
    """All rows, because the later ones ask for what the earlier ones have made; none may differ between the stores."""
    saved = {"base": BASE}
    for number, case in enumerate(CASES):
        with subtests.test(f"{case['req']}: {case['ask']}", row=number):
            run(service, saved, case)
    assert type(service.store.writer.store).__name__ == "PostgresStore"
