"""All that campaign contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem

module = Module(
    slug="campaign",
    title=_("Data campaign"),
    summary=_("Data campaign"),
    urls="steuerrad.modules.campaign.urls",
    navigation=(NavigationItem(_("Data campaign"), "campaign:index"),),
)
