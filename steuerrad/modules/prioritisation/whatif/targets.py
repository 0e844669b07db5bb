"""Targets: which rank a total would bring, and the cheapest points to a rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.prioritisation.whatif import charts, tables, texts
from steuerrad.modules.prioritisation.whatif.fields import Loaded, prepared_of
from steuerrad.modules.prioritisation.whatif.levers import cheapest_way
from steuerrad.modules.prioritisation.whatif.rules import ENTIRE, Fault, RefusedInputError, read_number

USUAL_CHANCE = 80.0


def read_targets(entries: Mapping[str, str], loaded: Loaded) -> dict[str, Any]:
    """What the entries total, rank and chance ask for, answered. Raises RefusedInputError, NotPossibleError."""
    faults: list[Fault] = []
    total = _number(entries, "total", 0.0, ENTIRE, "outside", faults)
    participants = loaded.field.participants
    rank = _number(entries, "rank", 1, participants, "no_rank", faults)
    if rank is not None and rank != int(rank):
        faults.append(Fault("rank", "no_rank", {"title": _("Rank"), "low": 1, "high": participants}))
    chance = _number(entries, "chance", 1, 99, "no_percentage", faults) or USUAL_CHANCE
    if faults:
        raise RefusedInputError(faults)
    answers: dict[str, Any] = {}
    if total is not None:
        standing = prepared_of(loaded).at_score(total)
        answers["at_total"] = {
            "total": texts.figure(total), "rank": texts.rank_range(standing.rank), "mean": texts.ranged(standing.rank),
            "top10": texts.chance(standing.top(10)), "chart": charts.standing_odds(standing, total),
        }  # fmt: skip
    if rank is not None:
        way = cheapest_way(prepared_of(loaded), loaded.groups, int(rank), chance / 100)
        answers["way"] = way
        answers["way_text"] = {
            "rank": texts.figure(rank, 0), "wanted": texts.percent(way.wanted), "share": texts.chance(way.share),
            "cost": texts.figure(sum(step.gain for step in way.steps)), "standing": texts.rank_range(way.standing.rank),
            "score": texts.ranged(way.standing.score),
        }  # fmt: skip
        answers["way_table"] = tables.way_table(way, loaded.groups) if way.steps else None
    return answers


def _number(
    entries: Mapping[str, str], name: str, low: float, high: float, code: str, faults: list[Fault]
) -> float | None:
    text = entries.get(name, "").strip()
    if not text:
        return None
    value = read_number(text)
    if value is None or not low <= value <= high:
        title = {"total": _("Total"), "rank": _("Rank"), "chance": _("Probability")}[name]
        faults.append(Fault(name, code, {"title": title, "low": low, "high": high}))
        return None
    return value
