"""Work of the portfolio that is due by the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.strategy.portfolio.actions.dossiers import make_left_behind

DOSSIERS = Job(
    "strategy.dossiers", _("Make dossiers of the portfolio that were left behind"), make_left_behind, 5
)
