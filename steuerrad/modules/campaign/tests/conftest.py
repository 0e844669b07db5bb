from __future__ import annotations

from collections.abc import Iterator

import pytest

from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.tests.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A module with a questionnaire, registered while the test runs."""
    made = Stage()
    registry.add(made.module())
    yield made
    del registry._modules["stage"]
