"""Shapes of what the portfolio's API takes. A change names the version that was seen; what it leaves out stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field as Item
from ninja import Schema
from pydantic import StringConstraints

from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.risks import RiskState


def may(longest: int) -> StringConstraints:
    """A text without NUL, which databases refuse."""
    return StringConstraints(pattern=r"^[^\x00]*$", max_length=longest)


def must(longest: int) -> StringConstraints:
    """The same with more in it than blanks."""
    return StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", max_length=longest)


def _without_default(described: dict[str, Any]) -> None:
    described.pop("default", None)


#: For a change: what is left out stays as it is, so no default is described.
STAYS: Any = Item(default=None, json_schema_extra=_without_default)
Euros = Annotated[Decimal, Item(max_digits=14, decimal_places=2, ge=0, description="EUR")]
Days = Annotated[Decimal, Item(max_digits=6, decimal_places=1, ge=0, description="Working days")]
Five = Annotated[int, Item(ge=1, le=5)]
Weight = Annotated[int, Item(ge=1, le=100)]
Year = Annotated[int, Item(ge=2000, le=2100)]
RowId = Annotated[int, Item(ge=1, le=2**63 - 1)]
Version = Annotated[int, Item(ge=1, le=2**31 - 1, description="The one that you saw")]
Title = Annotated[str, must(200)]
Reason = Annotated[str, must(500)]
Note = Annotated[str, may(500)]
Long = Annotated[str, may(2000)]
Report = Annotated[str, may(4000)]
Sooner = Annotated[list[RowId], Item(max_length=100, description="Ids of milestones of the same measure")]
SoonerMeasures = Annotated[list[shapes.Code], Item(max_length=100, description="Numbers of measures")]


class Versioned(Schema):
    """A change. version: of the row that you saw; 409 when somebody has changed it since."""

    version: Version

    def changes(self) -> dict[str, Any]:
        """What was given, without the version."""
        return self.dict(exclude_unset=True, exclude={"version"})


class ReasonIn(Schema):
    """Why something goes; the log keeps it."""

    reason: Reason


class MilestoneIn(Schema):
    title: Title
    planned_on: date | None = None
    forecast_on: date | None = None
    done_on: date | None = None
    weight: Weight = 1
    note: Note = ""
    after: Sooner = []
    after_measures: SoonerMeasures = []


class MilestoneChangeIn(Versioned):
    title: Title = STAYS
    planned_on: date | None = STAYS
    forecast_on: date | None = STAYS
    done_on: date | None = STAYS
    weight: Weight = STAYS
    note: Note = STAYS
    after: Sooner = STAYS
    after_measures: SoonerMeasures = STAYS


class BudgetCorrectionIn(Schema):
    """A whole new revision of a line: what is left out is not known any more."""

    planned: Euros | None = None
    spent: Euros | None = None
    as_of: date | None = Item(None, description="The day that spent holds for; needed with it")
    source: Annotated[str, must(300)]
    note: Note = ""
    reason: Reason


class BudgetIn(Schema):
    """The first line of a year and source."""

    year: Year
    programme: shapes.Code | None = Item(None, description="Key of the funding programme; null: own funds")
    planned: Euros | None = None
    spent: Euros | None = None
    as_of: date | None = Item(None, description="The day that spent holds for; needed with it")
    source: Annotated[str, must(300)]
    note: Note = ""


class StaffDaysIn(Schema):
    """Days of one organisation in a year. version: null for the first entry, else the one that you saw."""

    planned: Days | None = None
    spent: Days | None = None
    note: Annotated[str, may(300)] = ""
    version: Version | None = None


class RiskIn(Schema):
    title: Title
    probability: Five
    impact: Five
    response: Long = ""
    owner: Annotated[str, may(120)] = ""
    review_on: date | None = None


class RiskChangeIn(Versioned):
    title: Title = STAYS
    probability: Five = STAYS
    impact: Five = STAYS
    response: Long = STAYS
    owner: Annotated[str, may(120)] = STAYS
    review_on: date | None = STAYS
    state: RiskState = STAYS


class MeasureDecisionIn(Schema):
    decided_on: date
    body: Annotated[str, must(120)]
    text: Annotated[str, must(2000)]
    paper: Annotated[str, may(200)] = ""
    url: Note = ""


class MeasureDecisionChangeIn(Versioned):
    decided_on: date = STAYS
    body: Annotated[str, must(120)] = STAYS
    text: Annotated[str, must(2000)] = STAYS
    paper: Annotated[str, may(200)] = STAYS
    url: Note = STAYS


class DependencyIn(Schema):
    kind: Kind
    target: shapes.Code = Item(description="Number of the other measure")
    note: Annotated[str, may(300)] = ""


class DraftIn(Schema):
    period_start: date
    period_end: date
    text: Annotated[str, must(4000)]
    achievements: Report = ""
    next_steps: Report = ""
    problems: Report = ""


class DraftChangeIn(Versioned):
    period_start: date = STAYS
    period_end: date = STAYS
    text: Annotated[str, must(4000)] = STAYS
    achievements: Report = STAYS
    next_steps: Report = STAYS
    problems: Report = STAYS


class ReleaseIn(Schema):
    """version: of the draft that you read. published_on: today when left out."""

    version: Version
    published_on: date | None = None


class GradeIn(Schema):
    grade: Literal[0, 1, 2, 3, 4] | None = Item(description="null: I cannot judge")
    comment: Note = ""


class RatingIn(Schema):
    """Grades by the code of the criterion. Those left out stay as they are."""

    grades: dict[shapes.Code, GradeIn] = Item(min_length=1, max_length=100)
