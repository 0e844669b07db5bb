"""Tables of the data campaign."""

from steuerrad.modules.campaign.models.answers import Answer, Decision, Evidence, Shelved, Waiver
from steuerrad.modules.campaign.models.dossiers import Dossier
from steuerrad.modules.campaign.models.rounds import Assignment, Round, RoundCheck, RoundQuestion, Snapshot

__all__ = [
    "Answer",
    "Assignment",
    "Decision",
    "Dossier",
    "Evidence",
    "Round",
    "RoundCheck",
    "RoundQuestion",
    "Shelved",
    "Snapshot",
    "Waiver",
]
