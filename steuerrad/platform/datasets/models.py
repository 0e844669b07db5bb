"""How often each data set was taken away: a count a day, nothing about the person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DownloadCount(models.Model):
    dataset = models.CharField(_("data set"), max_length=100)
    day = models.DateField(_("day"))
    format = models.CharField(_("format"), max_length=10)
    count = models.PositiveIntegerField(_("downloads"), default=0)

    class Meta:
        verbose_name = _("download count")
        verbose_name_plural = _("download counts")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "day", "format"], name="download_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.day}: {self.count}"
