"""Retention by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.keeping.actions import apply


def keep() -> None:
    apply()


KEEP = Job("sensors.keep", _("Remove single figures that are old enough; sums stay"), keep, 24 * 60)
