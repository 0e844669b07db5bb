"""Rights about the climate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

OUTLINE = "climate.outline"

PERMISSIONS = (Permission(OUTLINE, _("Set the outline of the city"), roles=("coordinator",)),)
