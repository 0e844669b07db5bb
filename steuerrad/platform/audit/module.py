"""What the audit log contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, Permission

module = Module(
    slug="audit",
    title=_("Audit log"),
    summary=_("Who changed what, when and why"),
    kind="platform",
    permissions=(Permission("audit.read", _("Read the audit log"), roles=("coordinator", "approver")),),
)
