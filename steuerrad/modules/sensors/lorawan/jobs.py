"""What is done for LoRaWAN by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.lorawan.actions import tidy

TIDY = Job("sensors.uplinks", _("Delete uplinks that were settled a month ago"), tidy, 24 * 60)
