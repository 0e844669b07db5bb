"""What the catalogue of observations contributes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.platform.observations.actions import CHANGED
from steuerrad.platform.observations.permissions import PERMISSIONS

module = Module(
    slug="observations",
    title=_("Observations"),
    summary=_("What is measured where, by what, and in which unit"),
    kind="platform",
    permissions=PERMISSIONS,
    publishes=(CHANGED,),
)
