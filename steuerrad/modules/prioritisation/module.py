"""All that prioritisation contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.modules.prioritisation.choice import contributions as choice
from steuerrad.modules.prioritisation.personal import PERSONAL_DATA
from steuerrad.modules.prioritisation.whatif import contributions as whatif

module = Module(
    slug="prioritisation",
    title=_("Prioritisation"),
    summary=_("What would change the place in the index, and which measures to choose under a budget"),
    urls="steuerrad.modules.prioritisation.urls",
    navigation=(
        NavigationItem(_("Prioritisation"), "prioritisation:index", order=130, under="strategy:index"),
    ),
    permissions=(*whatif.PERMISSIONS, *choice.PERMISSIONS),
    api="steuerrad.modules.prioritisation.api:router",
    cards=(*whatif.CARDS,),
    datasets=(*whatif.DATASETS, *choice.DATASETS),
    search=(*whatif.SEARCH, *choice.SEARCH),
    personal_data=PERSONAL_DATA,
    demo=(*whatif.DEMO, *choice.DEMO),
    jobs=choice.JOBS,
    publishes=(*whatif.PUBLISHES, *choice.PUBLISHES),
)
