"""What data sets contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.platform.datasets.kpis import KPIS

module = Module(
    slug="datasets",
    title=_("Data"),
    summary=_("Open data of all modules"),
    kind="platform",
    urls="steuerrad.platform.datasets.urls",
    url_prefix="data/",
    api="steuerrad.platform.datasets.api:router",
    navigation=(NavigationItem(_("Open data"), "datasets:list", order=800),),
    kpis=KPIS,
)
