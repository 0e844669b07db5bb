"""What the sensors need beside the common catalogue of observations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.alerts.models import (  # noqa: F401 - Django finds them here
    Alert,
    AlertReader,
    AlertRule,
    AlertStep,
    Delivery,
    RuleState,
    WebhookTarget,
)
from steuerrad.modules.sensors.bulk.models import TableImport, TableMapping  # noqa: F401 - Django finds them here
from steuerrad.modules.sensors.citizen.models import CitizenSensor  # noqa: F401 - Django finds them here
from steuerrad.modules.sensors.keeping.models import KeepRule, KeepRun  # noqa: F401 - Django finds them here
from steuerrad.modules.sensors.lorawan.models import (  # noqa: F401 - Django finds them here
    DeadUplink,
    DeviceProfile,
    Gateway,
    LoraDevice,
    Reception,
)
from steuerrad.modules.sensors.pulling.models import PullRun, PullSource  # noqa: F401 - Django finds them here
from steuerrad.modules.sensors.quality.models import QualityRun, QualityState  # noqa: F401 - Django finds them here


class Intake(models.Model):
    """A file that was imported: what it held, so that the same file is known again and every figure has its source."""

    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, db_index=True)
    form = models.CharField(_("format"), max_length=60)
    thing = models.ForeignKey("observations.Thing", on_delete=models.CASCADE, related_name="+")
    rows = models.PositiveIntegerField(_("rows"))
    observations = models.PositiveBigIntegerField(_("observations"))
    faults = models.PositiveIntegerField(_("faults"))
    told = models.JSONField(_("first faults"), default=list)
    at = models.DateTimeField(_("imported"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self) -> str:
        return self.file_name
