"""The sensors over the API."""

from __future__ import annotations

from ninja import Router

from steuerrad.modules.sensors.alerts.api import router as alerts_router
from steuerrad.modules.sensors.lorawan.api import router as devices_router
from steuerrad.platform.http_api.auth import reader

router = Router(auth=reader)
router.add_router("", alerts_router)
router.add_router("", devices_router)
