"""All that prioritisation contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem

module = Module(
    slug="prioritisation",
    title=_("Prioritisation"),
    summary=_("Prioritisation"),
    urls="steuerrad.modules.prioritisation.urls",
    navigation=(NavigationItem(_("Prioritisation"), "prioritisation:index"),),
)
