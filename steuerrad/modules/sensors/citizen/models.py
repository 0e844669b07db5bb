"""Sensors of citizens."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CitizenSensor(models.Model):
    """Somebody's own sensor. Only the SHA-256 of its key is kept; "" when the key was withdrawn.

    grid_m: width of the grid that its place was rounded to; the exact place is kept nowhere. hardware: the name that the
    device says of itself (X-Sensor), where it does.
    """

    GRIDS = [(100, _("100 m")), (250, _("250 m")), (500, _("500 m")), (1000, _("1 km"))]

    thing = models.OneToOneField(
        "observations.Thing", on_delete=models.CASCADE, related_name="citizen_sensor"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="citizen_sensors"
    )
    template = models.CharField(_("kind of device"), max_length=80)
    hardware = models.CharField(_("identifier of the device"), max_length=80, blank=True)
    grid_m = models.PositiveIntegerField(_("grid of the place"), choices=GRIDS, default=100)
    digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(_("made"))
    last_sent = models.DateTimeField(_("last message"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sensor of a citizen")
        verbose_name_plural = _("sensors of citizens")

    def __str__(self) -> str:
        return str(self.thing)
