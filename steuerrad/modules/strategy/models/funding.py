"""Where the strategy's text names a measure as paid by a funding programme."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.measures import Measure
from steuerrad.modules.strategy.models.structure import Sourced


class FundingMention(Sourced):
    """One mention. funding: the mark that measures of this programme carry, e.g. "MPSC"; phase as printed."""

    funding = models.CharField(_("funding"), max_length=40)
    phase = models.CharField(_("phase"), max_length=80, blank=True)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="funding_mentions")
    as_printed = models.CharField(_("as printed"), max_length=300, blank=True)

    class Meta:
        ordering = ["funding", "line"]
        verbose_name = _("mention of a funding programme")
        verbose_name_plural = _("mentions of funding programmes")
        constraints = [
            models.UniqueConstraint(fields=["funding", "phase", "measure"], name="funding_mention_once")
        ]

    def __str__(self) -> str:
        return f"{self.funding} {self.phase}: {self.measure_id}"
