"""Work of the campaign's files that is due by the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.campaign.actions.dossiers import make_waiting

DOSSIERS = Job("campaign.dossiers", _("Make dossiers that were left behind"), make_waiting, 5)
