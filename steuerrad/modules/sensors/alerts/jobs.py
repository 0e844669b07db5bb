"""Work that is due by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.alerts.watching import watch_once

JOBS = (
    Job("sensors.alerts", _("Watch over alerts and send them"), watch_once, every_minutes=1, urgent=True),
)
