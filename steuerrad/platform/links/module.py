"""What links contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.platform.links.loaders import LOADERS

module = Module(
    slug="links",
    title=_("Links"),
    summary=_("Ties objects of different modules"),
    kind="platform",
    loaders=LOADERS,
)
