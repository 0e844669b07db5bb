"""All that sensors contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.modules.sensors.alerts.cards import CARDS as ALERT_CARDS
from steuerrad.modules.sensors.alerts.demo import DEMO as ALERT_DEMO
from steuerrad.modules.sensors.alerts.jobs import JOBS as ALERT_JOBS
from steuerrad.modules.sensors.alerts.permissions import ACKNOWLEDGE
from steuerrad.modules.sensors.alerts.permissions import PERMISSIONS as ALERT_PERMISSIONS
from steuerrad.modules.sensors.alerts.personal import ALERT_DATA
from steuerrad.modules.sensors.alerts.search import SEARCH as ALERT_SEARCH
from steuerrad.modules.sensors.alerts.topics import TOPICS as ALERT_TOPICS
from steuerrad.modules.sensors.broker.commands import COMMANDS as BROKER
from steuerrad.modules.sensors.bulk.jobs import INCOMING
from steuerrad.modules.sensors.citizen.personal import PERSONAL
from steuerrad.modules.sensors.commands import COMMANDS
from steuerrad.modules.sensors.keeping.commands import COMMANDS as KEEPING
from steuerrad.modules.sensors.keeping.jobs import KEEP
from steuerrad.modules.sensors.kpis import KPIS
from steuerrad.modules.sensors.links import LINKABLES
from steuerrad.modules.sensors.loaders import LOADER
from steuerrad.modules.sensors.lorawan.commands import COMMANDS as LORAWAN
from steuerrad.modules.sensors.lorawan.jobs import TIDY
from steuerrad.modules.sensors.pulling.jobs import PULL
from steuerrad.modules.sensors.pulling.loading import LOADER as SOURCES
from steuerrad.modules.sensors.quality.jobs import JOBS as QUALITY_JOBS

module = Module(
    slug="sensors",
    title=_("Sensors"),
    summary=_("Every sensor in, every standard out: devices, datastreams and their observations"),
    urls="steuerrad.modules.sensors.urls",
    url_prefix="",
    navigation=(
        NavigationItem(_("Sensors"), "sensors:things", order=240),
        NavigationItem(
            _("Alerts"), "sensors:alerts", order=245, permission=ACKNOWLEDGE, under="sensors:things"
        ),
    ),
    api="steuerrad.modules.sensors.api:router",
    permissions=ALERT_PERMISSIONS,
    cards=ALERT_CARDS,
    search=ALERT_SEARCH,
    demo=(ALERT_DEMO,),
    topics=ALERT_TOPICS,
    commands=(*COMMANDS, *LORAWAN, *BROKER, *KEEPING),
    loaders=(LOADER, SOURCES),
    personal_data=(PERSONAL, ALERT_DATA),
    kpis=KPIS,
    linkables=LINKABLES,
    jobs=(*QUALITY_JOBS, *ALERT_JOBS, TIDY, INCOMING, *PULL, KEEP),
)
