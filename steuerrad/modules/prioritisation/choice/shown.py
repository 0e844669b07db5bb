"""Rows of the result page, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.prioritisation.choice import texts
from steuerrad.modules.prioritisation.choice.inputs import Inputs, ItemData
from steuerrad.modules.prioritisation.whatif import texts as whatif_texts
from steuerrad.modules.prioritisation.whatif.snapshot import outcome_of


@dataclass(frozen=True)
class ResultRow:
    """A measure in the result: why it is in or out, what it costs, and how firmly it is in."""

    item: ItemData
    inside: bool
    why: str
    cost: str
    brings: str
    core: str
    points: float = 0.0
    core_share: float = 0.0


def result_rows(result: Mapping[str, Any], inputs: Inputs) -> list[ResultRow]:
    """The decidable measures in the order of their register."""
    found: list[ResultRow] = []
    for item in inputs.decidable:
        reason = result["items"][item.ref]
        found.append(
            ResultRow(
                item, reason["in"], texts.sentence(item.ref, reason, inputs), texts.euro(item.cost),
                texts.spread(reason, "shapley") if reason["in"] else "–", texts.share(reason.get("core")),
                reason.get("shapley") or 0.0, reason.get("core") or 0.0,
            )
        )  # fmt: skip
    return found


def rank_facts(data: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What the choice would do to the rank, with its uncertainty; the fault where it cannot be told."""
    if data is None:
        return []
    if "fault" in data:
        return [(_("Rank"), _("cannot be told: %(why)s") % {"why": data["fault"]})]
    outcome = outcome_of(dict(data))
    return [
        (_("Total in the next edition without it"), whatif_texts.ranged(outcome.before.score)),
        (_("Total in the next edition with it"), whatif_texts.ranged(outcome.after.score)),
        (_("Rank without it"), whatif_texts.rank_range(outcome.before.rank)),
        (_("Rank with it"), whatif_texts.rank_range(outcome.after.rank)),
        (_("At least one place better"), whatif_texts.chance(outcome.one_better)),
        (_("Places gained"), whatif_texts.ranged_change(outcome.places)),
    ]
