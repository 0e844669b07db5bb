"""All that sensors contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.modules.sensors.alerts.permissions import PERMISSIONS as ALERT_PERMISSIONS
from steuerrad.modules.sensors.alerts.topics import TOPICS as ALERT_TOPICS
from steuerrad.modules.sensors.commands import COMMANDS
from steuerrad.modules.sensors.loaders import LOADER
from steuerrad.modules.sensors.lorawan.commands import COMMANDS as LORAWAN
from steuerrad.modules.sensors.lorawan.jobs import TIDY
from steuerrad.modules.sensors.quality.jobs import JOBS as QUALITY_JOBS

module = Module(
    slug="sensors",
    title=_("Sensors"),
    summary=_("Every sensor in, every standard out: devices, datastreams and their observations"),
    urls="steuerrad.modules.sensors.urls",
    url_prefix="",
    navigation=(NavigationItem(_("Sensors"), "sensors:things", order=240),),
    permissions=ALERT_PERMISSIONS,
    topics=ALERT_TOPICS,
    commands=(*COMMANDS, *LORAWAN),
    loaders=(LOADER,),
    jobs=(*QUALITY_JOBS, TIDY),
)
