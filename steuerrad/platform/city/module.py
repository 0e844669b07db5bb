"""What the city contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.platform.city.datasets import DATASETS
from steuerrad.platform.city.loaders import LOADER

module = Module(
    slug="city",
    title=_("City"),
    summary=_("The city and its documents"),
    kind="platform",
    loaders=(LOADER,),
    datasets=DATASETS,
)
