"""What the catalogue of observations contributes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job, Module
from steuerrad.platform.observations.actions import CHANGED
from steuerrad.platform.observations.permissions import PERMISSIONS
from steuerrad.platform.observations.sweeping import sweep

module = Module(
    slug="observations",
    title=_("Observations"),
    summary=_("What is measured where, by what, and in which unit"),
    kind="platform",
    permissions=PERMISSIONS,
    jobs=(
        Job("observations.sweep", _("Delete observations of removed datastreams"), sweep, every_minutes=60),
    ),
    publishes=(CHANGED,),
)
