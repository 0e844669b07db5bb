"""Prioritisation over the API."""

from __future__ import annotations

from ninja import Router

from steuerrad.modules.prioritisation.choice.api import router as choice_router
from steuerrad.modules.prioritisation.whatif.api import router as whatif_router
from steuerrad.platform.http_api.auth import reader

router = Router(auth=reader)
router.add_router("", whatif_router)
router.add_router("", choice_router)
