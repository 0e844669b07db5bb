"""What the audit log contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem, Permission
from steuerrad.platform.audit.datasets import DATASETS

module = Module(
    slug="audit",
    title=_("Audit log"),
    summary=_("Who changed what, when and why"),
    kind="platform",
    urls="steuerrad.portal.audit_urls",
    url_prefix="audit/",
    datasets=DATASETS,
    navigation=(NavigationItem(_("Audit log"), "audit:log", order=900, permission="audit.read"),),
    permissions=(Permission("audit.read", _("Read the audit log"), roles=("coordinator", "approver")),),
)
