"""Pages of the sensors as objects that measures and KPIs of the strategy may be tied to: "sensors.page:<key>"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Linkable, LinkTarget
from steuerrad.platform.links.queries import Resolved, linked

PREFIX = "sensors.page"
#: key → title and name of the address.
PAGES: dict[str, tuple[Any, str]] = {
    "things": (_("Sensors: devices and datastreams"), "sensors:things"),
    "lorawan_coverage": (_("LoRaWAN: where devices are heard"), "sensors:lora_map"),
    "sensorthings": (_("SensorThings API of the city"), "sensors:sta_root"),
}


def page_targets(keys: Iterable[str], user: Any) -> Mapping[str, LinkTarget]:
    return {
        key: LinkTarget(str(PAGES[key][0]), reverse(PAGES[key][1]), _("System that runs here"))
        for key in keys if key in PAGES
    }  # fmt: skip


def linked_to(key: str, user: Any) -> list[Resolved]:
    """What a page of the sensors is tied to: measures and KPIs."""
    ref = f"{PREFIX}:{key}"
    return linked([ref], user).get(ref, [])


LINKABLES = (Linkable(PREFIX, _("Pages of the sensors"), page_targets),)
