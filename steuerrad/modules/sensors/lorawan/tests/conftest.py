"""A store of one's own for each test, opened by the test's process, and one device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.models import LoraDevice
from steuerrad.modules.sensors.lorawan.tests.samples import EUI
from steuerrad.platform.observations.store import Local, owning


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[Local]:
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    with owning() as local:
        yield local


@pytest.fixture
def device(db: None, store: Local) -> LoraDevice:
    return actions.register(None, EUI, "milesight_em300_th", name="Bank 1", point=(7.2, 51.5))
