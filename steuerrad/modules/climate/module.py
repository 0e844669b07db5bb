"""All that the climate contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.modules.climate.cards import CARDS
from steuerrad.modules.climate.commands import COMMANDS
from steuerrad.modules.climate.datasets import DATASETS
from steuerrad.modules.climate.demo import DEMO, SIMULATE
from steuerrad.modules.climate.kpis import KPIS
from steuerrad.modules.climate.links import LINKABLES
from steuerrad.modules.climate.permissions import PERMISSIONS
from steuerrad.modules.climate.search import SEARCH

module = Module(
    slug="climate",
    title=_("City climate"),
    summary=_("Heat, rain, soil and air in the city: now, over years, in plain words, to take away"),
    urls="steuerrad.modules.climate.urls",
    navigation=(NavigationItem(_("City climate"), "climate:index", order=300),),
    permissions=PERMISSIONS,
    kpis=KPIS,
    cards=CARDS,
    datasets=DATASETS,
    search=SEARCH,
    linkables=LINKABLES,
    jobs=(SIMULATE,),
    commands=COMMANDS,
    demo=(DEMO,),
)
