"""Forecasting everybody's score and rank in the edition after a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.model import Model
from steuerrad.engines.ranking.movement import Movement, fit, move
from steuerrad.engines.ranking.present import draw_present

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Forecast:
    """scores and ranks: (cities, draws) of the next edition, cities as in `cities`; movement: what was learned."""

    cities: tuple[str, ...]
    scores: Singles
    ranks: NDArray[np.int64]
    movement: Movement


def forecast(
    history: Sequence[Field],
    model: Model | None = None,
    *,
    participants: int = 0,
    draws: int = 10_000,
    seed: int = 1,
) -> Forecast:
    """The edition after the newest of `history`, from nothing but `history`.

    participants: of the edition forecast, if more take part than before; newcomers stand anywhere. Raises ValueError
    for an empty history.
    """
    if not history:
        raise ValueError("there is no edition to start from")
    model = model or Model()
    field = max(history, key=lambda item: item.year)
    field = replace(field, participants=max(participants, field.participants))
    movement = model.movement or fit(history, model.prior)
    rng = np.random.default_rng([seed, 1])
    present = draw_present(field, draws, rng).scores
    scores = move(movement, present, rng, model.method_break)
    order = np.argsort(-scores, axis=0)
    ranks = np.empty(scores.shape, np.int64)
    np.put_along_axis(ranks, order, np.arange(1, len(scores) + 1)[:, None], axis=0)
    named = len(field.cities)
    return Forecast(field.cities, scores[:named], ranks[:named], movement)
