"""Shapes of the what-if over the API. Scores are points; probabilities lie between 0 and 1; ranks begin at 1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from steuerrad.modules.prioritisation.models.scenarios import LONGEST_NOTE, LONGEST_TITLE
from steuerrad.modules.prioritisation.whatif.rules import MOST_CHANGES, Assumptions, Change

Key = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Figure = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Months = Annotated[float, Field(ge=-60, le=60, allow_inf_nan=False)]
Title = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=LONGEST_TITLE)]
NoteText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=LONGEST_NOTE)]


class ChangeIn(Schema):
    """One changed figure: the new value (kind value), points more (gain) or the new raw value (raw, where its scale is
    known), as lowest, likely and highest.

    slack_months: from the planned end to the survey; delay_months: least, likely and longest delay.
    """

    key: Key
    of: Literal["indicator", "group"] = "indicator"
    kind: Literal["value", "gain", "raw"] = "value"
    low: Figure | None = None
    likely: Figure
    high: Figure | None = None
    probability: Probability = 1.0
    slack_months: Months | None = None
    delay_months: tuple[Months, Months, Months] = (0.0, 0.0, 0.0)

    def change(self) -> Change:
        low = self.likely if self.low is None else self.low
        high = self.likely if self.high is None else self.high
        return Change(self.key, low, self.likely, high, self.of, self.kind, self.probability, self.slack_months,
                      self.delay_months)  # fmt: skip


class AssumptionsIn(Schema):
    """own: without the change the own city develops like the others (typical) or stays as it is (still)."""

    own: Literal["typical", "still"] = "typical"
    method_break: bool | None = None

    def assumptions(self) -> Assumptions:
        return Assumptions(self.own, self.method_break)


class WhatIfIn(Schema):
    changes: Annotated[list[ChangeIn], Field(max_length=MOST_CHANGES)] = []
    assumptions: AssumptionsIn = AssumptionsIn()


class ScenarioIn(WhatIfIn):
    source: Key
    edition: Key
    title: Title
    note: NoteText = ""


class FieldEditionOut(Schema):
    source: str
    edition: str
    title: str
    year: int


class RawOut(Schema):
    """The quantity behind an indicator. low, high: what may be asked for."""

    present: float
    unit: str
    low: float
    high: float
    scale: Literal["min_max", "percentile", "rank"]
    higher_is_better: bool


class RowOut(Schema):
    """A figure that can be changed. present: null while it is not published; raw: null where its scale is not known."""

    key: str
    of: str
    title: str
    group: str
    present: float | None
    maximum: float
    changed: bool
    levers: list[str]
    raw: RawOut | None


class FieldEditionDetailOut(FieldEditionOut):
    city: str
    participants: int
    total: float | None
    rank: int | None
    figures: list[RowOut]


class EstimateOut(Schema):
    """low, high: 5 and 95 %; error: Monte Carlo standard error of the mean."""

    mean: float
    median: float
    low: float
    high: float
    sd: float
    error: float


class ShareOut(Schema):
    value: float
    error: float


class ForecastOut(Schema):
    score: EstimateOut
    rank: EstimateOut
    ranks: list[float]
    rank_errors: list[float]
    draws: int


class SplitOut(Schema):
    own: EstimateOut
    field: EstimateOut
    total: EstimateOut


class CodedNoteOut(Schema):
    code: str
    values: dict[str, Any]


class OutcomeOut(Schema):
    """The next edition without (before) and with the changes (after), on the same random numbers."""

    before: ForecastOut
    after: ForecastOut
    points: EstimateOut
    places: EstimateOut
    one_better: ShareOut
    one_worse: ShareOut
    split_points: SplitOut
    split_places: SplitOut
    notes: list[CodedNoteOut]
    draws: int
    seed: int


class ScenarioOut(Schema):
    """A scenario in the version that the caller may see; sha256 covers all that was assumed and came out."""

    id: int
    title: str
    note: str
    source: str
    edition: str
    version: int
    created_at: datetime
    released: bool
    archived: bool
    demo: bool
    engine: str
    sha256: str


class ScenarioDetailOut(ScenarioOut):
    changes: list[dict[str, Any]]
    assumptions: dict[str, Any]
    result: OutcomeOut
