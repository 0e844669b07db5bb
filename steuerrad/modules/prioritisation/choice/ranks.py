"""What the chosen measures would do to the rank: the same assumptions, drawn by the simulation of the field."""

from __future__ import annotations

from typing import Any

from steuerrad.engines.ranking import Move, OwnChange
from steuerrad.modules.prioritisation.choice.inputs import INDEX, Inputs, slack_months
from steuerrad.modules.prioritisation.whatif import fields
from steuerrad.modules.prioritisation.whatif.snapshot import outcome_data


def rank_effect(inputs: Inputs, chosen: list[str]) -> dict[str, Any] | None:
    """The outcome as whatif.snapshot writes it, or {"fault": why not}; None without an index.

    The portfolio was chosen for points; ranks only follow.
    """
    if not inputs.field:
        return None
    source, _, edition = inputs.field.partition("/")
    try:
        prepared = fields.prepared_of(fields.load(source, edition))
        outcome = prepared.outcome(OwnChange(tuple(moves(inputs, chosen))))
    except (fields.NoSuchEditionError, fields.NotPossibleError, ValueError) as error:
        return {"fault": str(error)}
    return outcome_data(outcome)


def moves(inputs: Inputs, chosen: list[str]) -> list[Move]:
    taken = set(chosen)
    return [
        Move(
            effect.target.removeprefix(INDEX), effect.low, effect.likely, effect.high, kind="gain",
            probability=effect.success, slack_months=slack_months(item.ends, inputs.survey_day),
            delay_months=effect.delay,
        )
        for item in inputs.decidable
        if item.ref in taken
        for effect in item.effects
        if effect.target.startswith(INDEX) and effect.target in inputs.counting
    ]  # fmt: skip
