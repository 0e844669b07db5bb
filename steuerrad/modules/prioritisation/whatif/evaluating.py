"""From what was asked to what comes out: reads only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from steuerrad.engines.ranking import Outcome
from steuerrad.modules.prioritisation.whatif import texts
from steuerrad.modules.prioritisation.whatif.fields import SEED, Loaded, NotPossibleError, prepared_of
from steuerrad.modules.prioritisation.whatif.rules import (
    Assumptions,
    Change,
    Play,
    RefusedInputError,
    check_changes,
    own_change,
)


@dataclass(frozen=True)
class Evaluation:
    play: Play
    outcome: Outcome


def evaluate(loaded: Loaded, play: Play) -> Evaluation:
    """What the play brings. Raises RefusedInputError, NotPossibleError."""
    return Evaluation(play, outcome_of_changes(loaded, play.changes, play.assumptions))


def outcome_of_changes(
    loaded: Loaded, changes: tuple[Change, ...], assumptions: Assumptions | None = None, *, seed: int = SEED
) -> Outcome:
    """What changes given in full bring. Raises RefusedInputError with every fault, NotPossibleError."""
    faults = check_changes(changes, loaded.groups)
    if faults:
        raise RefusedInputError(faults)
    try:
        return prepared_of(loaded, assumptions, seed=seed).outcome(own_change(changes))
    except ValueError as error:
        if isinstance(error, NotPossibleError):
            raise
        raise NotPossibleError(str(error)) from error


def printed_now(loaded: Loaded) -> tuple[str, str]:
    """Score and rank of the own city in the present edition, as published."""
    at = loaded.field.cities.index(loaded.edition.own_city)
    total, rank = loaded.field.totals[at], int(loaded.field.ranks[at])
    score = texts.figure(float(total)) if math.isfinite(total) else _("not published")
    return score, texts.figure(rank, 0) if rank else _("not published")
