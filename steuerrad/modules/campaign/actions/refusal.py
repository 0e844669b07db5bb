"""Why a write is refused. All carry a sentence for people and, where it fits, the field of the form."""

from __future__ import annotations

from typing import Any

from steuerrad.modules.campaign.models import Answer
from steuerrad.modules.campaign.texts import Said
from steuerrad.modules.campaign.typed import AnswerInput


class RefusedError(Exception):
    """What was asked for breaks a rule; nothing was written."""

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message, self.field = message, field


class FaultsError(RefusedError):
    """The answer has findings that stand in its way: errors, or warnings without a comment."""

    def __init__(self, message: Any, findings: list[Said]) -> None:
        super().__init__(message)
        self.findings = findings


class ConflictError(RefusedError):
    """Somebody else was faster. theirs: what stands now; base: what the person had seen; mine: what was typed.

    mine is not lost: it is kept as Shelved row `shelved_id` for its author (None where nothing was typed).
    """

    def __init__(
        self,
        message: Any,
        *,
        theirs: Answer | None,
        base: Answer | None = None,
        mine: AnswerInput | None = None,
        shelved_id: int | None = None,
    ) -> None:
        super().__init__(message)
        self.theirs, self.base, self.mine, self.shelved_id = theirs, base, mine, shelved_id
