"""Rights about the catalogue and the observations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

MANAGE = "observations.manage"
WRITE = "observations.write"
READ = "observations.read"
RELEASE = "observations.release"

PERMISSIONS = (
    Permission(
        MANAGE, _("Describe sensors and datastreams"), roles=("coordinator",), own_roles=("contributor",)
    ),
    Permission(WRITE, _("Send in observations"), roles=("coordinator",), own_roles=("contributor",)),
    Permission(
        READ,
        _("Read observations that are not open to everyone"),
        roles=("coordinator", "approver", "steering"),
        own_roles=("contributor",),
    ),
    Permission(RELEASE, _("Open sensors to everyone"), roles=("coordinator", "approver")),
)
