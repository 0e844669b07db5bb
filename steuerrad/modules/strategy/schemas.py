"""Shapes of the API. Decimal figures are strings, so that they stay exact; dates are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Field as Item
from ninja import Schema
from pydantic import StringConstraints

from steuerrad.modules.strategy.rules.states import Status

#: No NUL: databases refuse it in text.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)]
Needed = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", max_length=300)]
Code = Annotated[str, StringConstraints(pattern=r"^[^\x00/]+$", min_length=1, max_length=80)]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=100)]
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=500)]
QualityName = Literal["measured", "extrapolated", "higher_level", "estimated", "personal_estimate", "unknown"]
Figure = Annotated[Decimal, Item(max_digits=24, decimal_places=8, description="In the unit of the KPI")]


class Source(Schema):
    """Where a row comes from: key of a document and line of its text."""

    document: str
    line: int | None


class ThemeOut(Source):
    code: str
    name: str
    name_en: str
    goal: str
    fields: list[str]
    measures: dict[str, int] = Item(description="Number of measures by status")


class FieldOut(Source):
    code: str
    name: str
    name_en: str
    theme: str
    measures: dict[str, int] = Item(description="Number of measures by status")


class ParticipationOut(Schema):
    organisation: str
    name: str
    role: Literal["lead", "partner"]


class MeasureOut(Source):
    number: str
    title: str
    field: str
    status: str
    period: str = Item(description="As printed")
    period_kind: str
    start_year: int | None
    end_year: int | None
    funding: str
    summary: str
    organisations: list[ParticipationOut]


class StatusOut(Schema):
    status: str
    since: date
    reason: str
    source: str
    recorded_at: datetime


class SystemOut(Schema):
    code: str
    name: str
    module: str
    runs: bool
    measures: list[str]


class TargetOut(Source):
    code: str
    type: str
    subject: str
    kpi: str | None
    measure: str | None
    field: str | None
    value: str | None
    value_high: str | None
    unit: str
    year: str
    qualifier: str
    as_printed: str


class MeasureDetail(MeasureOut):
    history: list[StatusOut]
    kpis: list[str]
    systems: list[str]
    targets: list[str]


class ValueOut(Source):
    id: int
    date: date
    revision: int
    value: str
    quality: str
    origin: str
    source: str
    note: str
    reason: str
    superseded: bool
    recorded_at: datetime


class KpiOut(Source):
    code: str
    name: str
    unit: str
    direction: str
    kind: str
    references: list[str]
    sdg: list[str]
    field: str
    measure: str | None
    state: Literal["computed", "collected", "missing"]
    newest: ValueOut | None


class ComputedOut(Schema):
    """What the function says now; value null: it cannot be computed, note says why."""

    function: str
    value: str | None
    as_of: date
    note: str
    quality: str


class KpiDetail(KpiOut):
    computed: ComputedOut | None
    targets: list[str]


class OrganisationOut(Source):
    key: str
    name: str
    short: str
    kind: str
    part_of: str | None


class ValueIn(Schema):
    """A first value of a date."""

    date: date
    value: Figure
    quality: QualityName
    source: Needed
    note: Text = ""


class CorrectionIn(Schema):
    """A new revision of a value; the date stays."""

    value: Figure
    quality: QualityName
    source: Needed
    reason: Needed
    note: Text = ""


class StatusIn(Schema):
    """The next status. before: the status that the caller saw; the request is refused when it is another by now."""

    status: Status
    since: date
    reason: Text = ""
    source: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)] = ""
    before: Status | None = None


class ProposalOut(Schema):
    """Something reported that waits for its release, or what became of it. became: id of the value it turned into."""

    id: int
    kind: Literal["value", "status"]
    state: Literal["waiting", "released", "sent_back", "withdrawn"]
    kpi: str | None
    measure: str | None
    date: date
    value: str | None
    status: str | None
    quality: str | None
    source: str
    note: str
    reason: str
    proposed_at: datetime
    decision: str
    became: int | None


class DecisionIn(Schema):
    """Why a proposal goes back to its author."""

    reason: Needed


class EvidenceOut(Schema):
    document: str
    line: int | None
    printed: str


class FindingOut(Schema):
    """A finding of the audit. object: kind and code; fingerprint changes when the facts change."""

    fingerprint: str
    rule: str
    severity: Literal["error", "warning", "note"]
    object: str
    title: str
    message: str
    proposal: str
    evidence: list[EvidenceOut]
    members: list[str]
    accepted: bool
    reason: str


class AcceptIn(Schema):
    """Why the finding is accepted."""

    reason: Needed
