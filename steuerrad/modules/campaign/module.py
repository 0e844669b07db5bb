"""All that campaign contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import FileOwner, Module, NavigationItem, Permission
from steuerrad.modules.campaign.cards import CARDS
from steuerrad.modules.campaign.datasets import DATASETS
from steuerrad.modules.campaign.demo import DEMO
from steuerrad.modules.campaign.evidence_access import may_read, may_read_own
from steuerrad.modules.campaign.jobs import DOSSIERS
from steuerrad.modules.campaign.mails.telling import MAILS, TOPICS
from steuerrad.modules.campaign.personal import PERSONAL_DATA
from steuerrad.modules.campaign.search import SEARCH

module = Module(
    slug="campaign",
    title=_("Data campaign"),
    summary=_("Ask the city's organisations for figures, check and release what they answer"),
    urls="steuerrad.modules.campaign.urls",
    api="steuerrad.modules.campaign.api:router",
    navigation=(
        NavigationItem(
            _("Data campaign"),
            "campaign:index",
            order=210,
            permission="campaign.read",
            under="city_index:overview",
        ),
    ),
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
    file_owners=(
        FileOwner("campaign.evidence", _("Evidence"), may_read),
        FileOwner("campaign.import", _("Filled files before they are taken over"), may_read_own),
    ),
    jobs=(DOSSIERS, MAILS),
    topics=TOPICS,
    cards=CARDS,
    datasets=DATASETS,
    search=SEARCH,
    demo=(DEMO,),
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
