"""Quality control in the background."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.quality.running import check_new


def run_check() -> None:
    check_new()


JOBS = (Job("sensors.quality", _("Check new observations"), run_check, every_minutes=10),)
