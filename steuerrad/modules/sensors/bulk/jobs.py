"""What is done for tables by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.bulk.staging import sweep

INCOMING = Job("sensors.incoming", _("Delete tables that were sent in and never read"), sweep, 60)
