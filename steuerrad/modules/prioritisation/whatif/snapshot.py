"""Results as JSON holds them, and the checksum that shows that nobody touched them. No Django here."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from steuerrad.engines.ranking import Estimate, Field, Note, Outcome, Share, Split, Standing

PLACES = 6  # decimals kept; far below the Monte Carlo error


def plain(value: Any) -> Any:
    """Numbers rounded, no minus zero, no NaN: the same on every database."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, PLACES) + 0.0 if math.isfinite(value) else None
    return value


def seal(content: Any) -> str:
    """SHA-256 over the canonical JSON of plain content."""
    text = json.dumps(
        plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON; `outcome_of` reads it again."""
    return plain(
        asdict(outcome) | {"notes": [{"code": n.code, "values": dict(n.values)} for n in outcome.notes]}
    )


def outcome_of(data: dict[str, Any]) -> Outcome:
    """The outcome that `outcome_data` wrote. Raises KeyError or TypeError for anything else."""
    return Outcome(
        before=_standing(data["before"]), after=_standing(data["after"]),
        points=Estimate(**data["points"]), places=Estimate(**data["places"]),
        one_better=Share(**data["one_better"]), one_worse=Share(**data["one_worse"]),
        split_points=_split(data["split_points"]), split_places=_split(data["split_places"]),
        notes=tuple(Note(item["code"], item["values"]) for item in data["notes"]),
        draws=data["draws"], seed=data["seed"],
    )  # fmt: skip


def _standing(data: dict[str, Any]) -> Standing:
    return Standing(
        Estimate(**data["score"]), Estimate(**data["rank"]), tuple(data["ranks"]), tuple(data["rank_errors"]),
        data["draws"],
    )  # fmt: skip


def _split(data: dict[str, Any]) -> Split:
    return Split(*(Estimate(**data[part]) for part in ("own", "field", "total")))


def field_digest(*fields: Field) -> str:
    """SHA-256 over all that is known of these editions."""
    found = hashlib.sha256()
    for field in fields:
        told = (
            field.key, field.year, field.cities, field.groups, field.participants, field.changed, field.changed_groups,
            field.group_maxima, [asdict(item) for item in field.indicators],
        )  # fmt: skip
        found.update(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())
        for table in (field.scores, field.group_scores, field.totals, field.ranks, field.group_weights, field.group_ranks,
                      field.raw):  # fmt: skip
            found.update(b"-" if table is None else np.ascontiguousarray(table).tobytes())
    return found.hexdigest()
