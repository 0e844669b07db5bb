"""Invented fields for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from steuerrad.engines.ranking import Field, FieldIndicator, competition_ranks

NAN = float("nan")


def totals_field(totals: Sequence[float], *, year: int = 2030, ranks: Sequence[int] = (), participants: int = 0,
                 changed: bool = False) -> Field:  # fmt: skip
    """A field of which only totals are known; ranks follow from them unless given (0 = not known)."""
    scores = np.array(totals, np.float64)
    n = len(scores)
    found = np.array(ranks, np.int64) if len(ranks) else competition_ranks(scores)
    names = tuple(f"city{number}" for number in range(n))
    return Field(
        str(year), year, names, names, ("g",), (FieldIndicator("g/i", "I", 0),), np.full((n, 1), NAN),
        np.full((n, 1), NAN), scores, found, np.ones(1), max(participants, n), changed=changed,
    )  # fmt: skip


def full_fields(
    cities: int = 30, counts: Sequence[int] = (3, 2), years: Sequence[int] = (2028, 2029, 2030), seed: int = 1
) -> list[Field]:
    """Editions in which every score of every city and indicator is known, moving as the engine assumes."""
    rng = np.random.default_rng(seed)
    indicators = tuple(
        FieldIndicator(f"g{group}/i{number}", f"I{number}", group)
        for group, count in enumerate(counts) for number in range(count)
    )  # fmt: skip
    member = np.array(
        [[item.group == group for group in range(len(counts))] for item in indicators], np.float64
    )
    attainable = 105.0 * np.array(counts)
    scores = np.clip(rng.normal(55, 12, (cities, 1)) + rng.normal(0, 20, (cities, len(indicators))), 0, 100)
    names = tuple(f"city{number}" for number in range(cities))
    found: list[Field] = []
    for year in years:
        groups = scores @ member / attainable * 100
        totals = groups.mean(axis=1)
        found.append(Field(
            str(year), year, names, names, tuple(f"g{group}" for group in range(len(counts))), indicators,
            scores, groups, totals, competition_ranks(totals), np.ones(len(counts)), cities,
            group_maxima=tuple((float(most), float(most)) for most in attainable),
        ))  # fmt: skip
        step = rng.normal(0, 3) + rng.normal(0, 4, (cities, 1)) + rng.normal(0, 8, scores.shape)
        scores = np.clip(scores - 0.1 * (scores - 55) + step, 0, 100)
    return found


def with_raw(raw: Sequence[float], scale: str, *, higher_is_better: bool = True) -> Field:
    """One indicator of which the raw values are known; its scores and the totals follow from them."""
    from steuerrad.engines.ranking.raw import scores_of

    item = FieldIndicator("g/i", "I", 0, scale=scale, higher_is_better=higher_is_better)  # type: ignore[arg-type]
    column = np.array(raw, np.float64)
    scores = scores_of(column, item)
    known = np.nan_to_num(scores)
    return replace(
        totals_field(known.tolist()), indicators=(item,), scores=scores[:, None], raw=column[:, None],
        group_scores=known[:, None],
    )  # fmt: skip
