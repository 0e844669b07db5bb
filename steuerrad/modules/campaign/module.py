"""All that campaign contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import FileOwner, Module, NavigationItem, Permission
from steuerrad.modules.campaign.evidence_access import may_read
from steuerrad.modules.campaign.personal import PERSONAL_DATA

module = Module(
    slug="campaign",
    title=_("Data campaign"),
    summary=_("Ask the city's organisations for figures, check and release what they answer"),
    urls="steuerrad.modules.campaign.urls",
    navigation=(NavigationItem(_("Data campaign"), "campaign:index"),),
    permissions=(
        Permission(
            "campaign.read",
            _("See all questions and answers of data campaigns"),
            roles=("steering", "approver", "coordinator"),
            own_roles=("contributor",),
        ),
        Permission("campaign.coordinate", _("Run data campaigns"), roles=("coordinator",)),
        Permission(
            "campaign.answer",
            _("Answer questions of data campaigns"),
            roles=("coordinator",),
            own_roles=("contributor",),
        ),
        Permission(
            "campaign.check", _("Check answers of others, send them back"), roles=("approver", "coordinator")
        ),
        Permission("campaign.release", _("Release checked answers"), roles=("approver",)),
    ),
    file_owners=(FileOwner("campaign.evidence", _("Evidence"), may_read),),
    personal_data=PERSONAL_DATA,
    publishes=(
        "campaign.round_opened",
        "campaign.assigned",
        "campaign.handed_over",
        "campaign.answered",
        "campaign.sent_back",
        "campaign.released",
        "campaign.frozen",
        "campaign.reopened",
    ),
)
