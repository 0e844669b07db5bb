"""Writing what was chosen from a filled file. Each answer is saved as if it had been typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.actions.answers import save_draft, submit_answer
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.intake.plan import PlanRow
from steuerrad.modules.campaign.models import Round
from steuerrad.platform.audit.log import record


@dataclass
class Imported:
    """refused: (code, why)."""

    submitted: int = 0
    drafts: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def import_answers(
    actor: Any, round_: Round, rows: Iterable[PlanRow], *, submit: bool, file: str, sha256: str
) -> Imported:
    """Save the rows on top of the revisions that the person saw in the plan.

    submit: those without blocking findings are submitted; all others, and without it all, become drafts. A row that
    somebody has overtaken since is refused by itself and put aside for its author.
    """
    result = Imported()
    for row in rows:
        if row.assignment is None or not row.writable:
            continue
        act, final = (submit_answer, True) if submit and not row.blocking else (save_draft, False)
        try:
            act(actor, row.assignment.question_id, row.given, based_on=row.newest)
        except RefusedError as error:
            result.refused.append((row.code, str(error)))
        except PermissionDenied:
            result.refused.append((row.code, _("You may not answer this question.")))
        else:
            result.submitted += final
            result.drafts += not final
    record(
        actor, "campaign.import", round_.ref, title=file,
        changes={"submitted": (0, result.submitted), "drafts": (0, result.drafts), "refused": (0, len(result.refused)),
                 "sha256": (None, sha256)},
    )  # fmt: skip
    return result
