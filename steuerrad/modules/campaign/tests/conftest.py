from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import translation

from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.tests.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A module with a questionnaire, registered while the test runs."""
    made = Stage()
    registry.add(made.module())
    yield made
    del registry._modules["stage"]


@pytest.fixture(autouse=True)
def uploads_apart(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def in_german() -> Iterator[None]:
    """A page in English leaves its language to the thread; the next test must not depend on it."""
    with translation.override(configured.LANGUAGE_CODE):
        yield
