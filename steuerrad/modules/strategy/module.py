"""All that the strategy contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.modules.strategy.loaders import LOADERS

module = Module(
    slug="strategy",
    title=_("Strategy"),
    summary=_("Themes, fields, measures, KPIs and the strategy audit"),
    loaders=LOADERS,
)
