"""All that the index contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(
    slug="city_index",
    title=_("Smart City Index"),
    summary=_("Results of every edition checked and compared, and the yearly memo"),
    url_prefix="index/",
)
