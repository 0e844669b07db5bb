"""Simulating the next edition: what is not published is drawn, rivals move as cities moved before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.indicators import (
    IndicatorMovement,
    complete,
    fit_indicators,
    move_indicators,
)
from steuerrad.engines.ranking.model import Model
from steuerrad.engines.ranking.movement import Movement, fit, move
from steuerrad.engines.ranking.outcome import Note, Outcome
from steuerrad.engines.ranking.own_change import OwnChange
from steuerrad.engines.ranking.prepared import Prepared
from steuerrad.engines.ranking.present import Present, draw_present

Singles = NDArray[np.float32]
ENGINE_VERSION = "ranking 1"
FEWEST_DRAWS, MOST_DRAWS = 100, 200_000
FEW_YEARS = 5  # transitions below this are said to be few


def prepare(
    field: Field,
    own: str,
    history: Sequence[Field] = (),
    model: Model | None = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
) -> Prepared:
    """Draw the present and the next edition of `field` for all participants.

    own: a city of the field. history: older editions to learn from (of the same group, where the field is that of one
    group); newer ones are not looked at. Raises ValueError when the own city is not in
    the field, nothing is published of its total, or draws lie outside 100 to 200,000.
    """
    model = model or Model()
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        raise ValueError(f"draws must lie between {FEWEST_DRAWS} and {MOST_DRAWS}, not {draws}")
    if own not in field.cities:
        raise ValueError(f"{own}: did not take part in the edition {field.key}, or nothing is known of it")
    at = field.cities.index(own)
    if not (np.isfinite(field.totals[at]) or field.ranks[at]):
        raise ValueError(f"{own}: neither score nor rank is published for the edition {field.key}")
    older = [item for item in history if item.year < field.year]
    rng = np.random.default_rng([seed, 1])
    present = draw_present(field, draws, rng)
    indicators = _indicator_movement(field, older, model)
    if indicators is not None:
        movement = indicators.total
        following = move_indicators(indicators, field, draws, rng, model.method_break)
    else:
        movement = model.movement or fit([*older, field], model.prior)
        following = move(movement, present.scores, rng, model.method_break)
    own_next = following[at] if model.own == "typical" else _still(present.scores[at], model, seed)
    values, weights, notes = _own_values(field, at, draws, seed)
    return Prepared(
        field, own, model, draws, seed, movement,
        "totals" if indicators is None else "indicators",
        (*_notes(field, at, movement, model, present), *notes),
        np.delete(present.scores, at, axis=0), np.delete(following, at, axis=0),
        present.scores[at].copy(), own_next.copy(), int(field.ranks[at]), values, weights,
        tuple((field.group_weights / field.group_weights.sum()).tolist()),
    )  # fmt: skip


def simulate(
    field: Field,
    own: str,
    change: OwnChange,
    history: Sequence[Field] = (),
    model: Model | None = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
) -> Outcome:
    """One question in one call; keep the `prepare`d field to ask more than one."""
    return prepare(field, own, history, model, draws=draws, seed=seed).outcome(change)


def _indicator_movement(field: Field, older: Sequence[Field], model: Model) -> IndicatorMovement | None:
    """How each indicator moves; None when totals are to be simulated. Raises ValueError when it cannot be done."""
    if model.level == "indicators" and model.movement is not None:
        raise ValueError("a given movement is one of totals")
    if model.level == "indicators" and not complete(field):
        raise ValueError(f"not every indicator of every city is known for the edition {field.key}")
    if model.level == "totals" or model.movement is not None or not complete(field):
        return None
    found = fit_indicators(field, older, model.prior)
    return found if found.years or model.level == "indicators" else None


def _still(present: Singles, model: Model, seed: int) -> Singles:
    spread = np.random.default_rng([seed, 2]).standard_normal(present.size, dtype=np.float32)
    return np.add(present, model.own_sd * spread, dtype=np.float32)


def _own_values(
    field: Field, at: int, draws: int, seed: int
) -> tuple[tuple[Singles, ...], tuple[Singles, ...], list[Note]]:
    """Own value of each indicator, drawn where it is not published, and what a point of it is worth in the total."""
    rng = np.random.default_rng([seed, 4])
    shares = field.group_weights / field.group_weights.sum()
    attainable = [field.attainable(group) for group in range(len(field.groups))]
    used = {item.group for item in field.indicators}
    points = [
        (low + (high - low) * rng.random(draws)).astype(np.float32)
        if low < high
        else np.array([low], np.float32)
        for low, high in attainable
    ]
    notes = [
        Note("list_incomplete", {"group": field.groups[group]})
        for group, (low, high) in enumerate(attainable) if low < high and group in used
    ]  # fmt: skip
    values: list[Singles] = []
    weights: list[Singles] = []
    for place, item in enumerate(field.indicators):
        known = field.scores[at, place]
        if np.isfinite(known):
            values.append(np.array([known], np.float32))
        else:
            notes.append(Note("indicator_unknown", {"key": item.key}))
            values.append(_unknown(field, at, place, rng.random(draws)))
        weights.append((shares[item.group] * 100.0 * item.weight / points[item.group]).astype(np.float32))
    return tuple(values), tuple(weights), notes


def _unknown(field: Field, at: int, place: int, chance: NDArray[np.float64]) -> Singles:
    """An unpublished own value: as far around the mean of those not published as the scale allows.

    The mean follows from the group's score and its published indicators; without them the group's score, else the
    total stands for it, else the whole scale.
    """
    item = field.indicators[place]
    inside = np.array([other.group == item.group for other in field.indicators])
    weight = np.array([other.weight for other in field.indicators])
    maximum = np.array([other.maximum for other in field.indicators])
    known = np.isfinite(field.scores[at])
    score = field.group_scores[at, item.group]
    low, high = field.attainable(item.group)
    share = score / 100.0
    if np.isfinite(score) and low == high:
        reached = (weight * field.scores[at])[inside & known].sum()
        left = low - (weight * maximum)[inside & known].sum()
        share = (score / 100.0 * low - reached) / left if left > 0 else share
    if not np.isfinite(share):
        share = field.totals[at] / 100.0
    share = float(np.clip(share, 0.0, 1.0)) if np.isfinite(share) else 0.5
    width = min(share, 1.0 - share)
    return (item.maximum * (share + width * (2.0 * chance - 1.0))).astype(np.float32)


def _notes(field: Field, at: int, movement: Movement, model: Model, present: Present) -> list[Note]:
    found: list[Note] = []
    if movement.fixed_sd is None:
        if not movement.years:
            found.append(Note("no_years", {}))
        elif len(movement.years) < FEW_YEARS:
            found.append(Note("few_years", {"years": len(movement.years)}))
        broken = [str(item.year) for item in movement.years if item.broken]
        if broken:
            found.append(Note("method_breaks", {"years": ", ".join(broken)}))
    if model.method_break:
        found.append(Note("break_expected", {}))
    if model.own == "still":
        found.append(Note("own_still", {}))
    if not np.isfinite(field.totals[at]):
        found.append(Note("own_rank_only", {}))
    if present.ranks_only:
        found.append(Note("ranks_only", {"count": present.ranks_only}))
    if present.unnamed:
        found.append(Note("unnamed", {"count": present.unnamed}))
    if present.contradicted:
        found.append(Note("contradicted", {"count": present.contradicted}))
    return found
