"""What organisations contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.platform.organisations.loaders import LOADER

module = Module(
    slug="organisations",
    title=_("Organisations"),
    summary=_("Offices, municipal companies, partners and funders"),
    kind="platform",
    urls="steuerrad.platform.organisations.urls",
    loaders=(LOADER,),
)
