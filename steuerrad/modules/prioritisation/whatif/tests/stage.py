"""A made-up index for the tests: 12 cities, 3 editions, 6 indicators in 2 categories; "own" is the city itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from steuerrad.engines.ranking import Field, FieldIndicator
from steuerrad.engines.ranking.raw import scores_of
from steuerrad.kernel.deciding import FieldEdition, FieldSource, Lever
from steuerrad.modules.prioritisation.whatif import fields

CITIES = ("own", *(f"city{number}" for number in range(11)))
YEARS = (2021, 2022, 2023)
UNKNOWN = "b/sensors"  # the own value of this one is not published


def made_field(year: int) -> Field:
    """Scores follow from a fixed seed; totals are the mean of the two categories."""
    rng = np.random.default_rng(year)
    scores = np.round(rng.uniform(20, 80, (len(CITIES), 6)), 1)
    groups = np.round(np.stack([scores[:, :3].mean(axis=1), scores[:, 3:].mean(axis=1)], axis=1), 1)
    totals = np.round(groups.mean(axis=1), 1)
    ranks = 1 + (totals[None, :] > totals[:, None]).sum(axis=1)
    scores[0, 5] = np.nan
    titles = ("Online services", "Payment", "City app", "Busses", "Chargers", "Sensors")
    indicators = tuple(
        FieldIndicator(f"{'a' if number < 3 else 'b'}/{title.split()[-1].lower()}", title, number // 3)
        for number, title in enumerate(titles)
    )
    return Field(
        str(year), year, CITIES, CITIES, ("a", "b"), indicators, scores, groups, totals, ranks,
        np.array([1.0, 1.0]), len(CITIES), group_titles=("Administration", "Mobility"),
    )  # fmt: skip


FIELDS = {str(year): made_field(year) for year in YEARS}


def editions() -> list[FieldEdition]:
    return [FieldEdition(key, f"Test index {key}", item.year, "own") for key, item in FIELDS.items()]


SOURCE = FieldSource(
    "test.field", "Test index", editions, FIELDS.__getitem__,
    lambda key: [Lever("strategy.measure:none", "a/services", "made up")],
)  # fmt: skip


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[fields.Loaded]:
    """The newest edition of the made-up index, which is the only source."""
    fields.forget()
    monkeypatch.setattr(fields, "sources", lambda: [SOURCE])
    yield fields.load("test.field", "2023")
    fields.forget()


CHARGERS = "b/chargers"  # of this one the raw values of all cities are known in the newest edition
PER_1000 = tuple(
    0.5 + 0.25 * number for number in (3, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)
)  # own first: fourth from below


def raw_field() -> Field:
    """The newest edition with raw values of one indicator, on a min-max scale."""
    field, place, raw = FIELDS["2023"], 4, np.full((len(CITIES), 6), np.nan)
    raw[:, place] = PER_1000
    item = replace(field.indicators[place], scale="min_max", unit="per 1,000 inhabitants")
    scores = field.scores.copy()
    scores[:, place] = np.round(scores_of(raw[:, place], item), 1)
    indicators = (*field.indicators[:place], item, *field.indicators[place + 1 :])
    return replace(field, indicators=indicators, scores=scores, raw=raw)


@pytest.fixture
def raw_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[fields.Loaded]:
    """As stage, with raw values of one indicator."""
    fields.forget()
    known = FIELDS | {"2023": raw_field()}
    monkeypatch.setattr(fields, "sources", lambda: [replace(SOURCE, load=known.__getitem__)])
    yield fields.load("test.field", "2023")
    fields.forget()
