"""All that sensors contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module
from steuerrad.modules.sensors.commands import COMMANDS
from steuerrad.modules.sensors.loaders import LOADER

module = Module(
    slug="sensors",
    title=_("Sensors"),
    summary=_("Every sensor in, every standard out: devices, datastreams and their observations"),
    urls="steuerrad.modules.sensors.urls",
    url_prefix="",
    commands=COMMANDS,
    loaders=(LOADER,),
)
