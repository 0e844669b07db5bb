"""Rights of the choice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

READ, EDIT = "prioritisation.read_study", "prioritisation.edit_study"
PERMISSIONS = (
    Permission(READ, _("Read studies of choice"), roles=("coordinator", "steering", "approver")),
    Permission(EDIT, _("Work on studies of choice"), roles=("coordinator", "steering")),
)
