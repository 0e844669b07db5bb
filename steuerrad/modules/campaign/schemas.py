"""Shapes of the campaign's API. Figures are strings, so that they stay exact; dates are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field as Item
from ninja import Schema
from pydantic import StringConstraints

#: No NUL: databases refuse it in text.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=4000)]
Short = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)]
Needed = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", max_length=1000)]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Key = Annotated[int, Item(ge=1, le=2**63 - 1)]
Revision = Annotated[int, Item(ge=0, le=2**31 - 1)]
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=500)]
Quality = Literal["", "measured", "extrapolated", "higher_level", "estimated", "personal_estimate", "unknown"]
StateName = Literal[
    "open", "carried", "answered", "declined", "checked", "released", "sent_back", "withdrawn"
]


class RoundOut(Schema):
    id: int
    source: str
    set: str = Item(description="Key of the questionnaire in its source")
    title: str
    period: str
    note: str
    state: Literal["draft", "open", "frozen", "closed"]
    opens_on: date
    due_on: date
    check_by: date | None
    release_by: date | None
    demo: bool


class LineOut(Schema):
    """Progress of one organisation or group; key "" = all."""

    key: str
    title: str
    counts: dict[str, int] = Item(description="Number of questions by state")
    late: int
    late_check: int
    changed: int = Item(description="Released once, and changed since")
    points_open: str = Item(description="Index points that unreleased answers are worth, as far as known")
    points_late: str
    points_unknown: int = Item(description="Unreleased questions whose worth is not known")


class BoardOut(Schema):
    total: LineOut
    by_organisation: list[LineOut]
    by_group: list[LineOut]


class AnswerEvidenceOut(Schema):
    title: str
    url: str = Item(description="Of a link, or of the file on this installation")
    sha256: str | None = Item(description="Of a file; null for a link")


class WaiverOut(Schema):
    rule: str
    text: str
    comment: str


class AnswerOut(Schema):
    revision: int
    submitted: bool
    declined: bool
    value: str
    comment: str
    source: str
    quality: str
    as_of: date | None
    carried: bool
    live: bool
    author: str
    at: datetime
    evidence: list[AnswerEvidenceOut]
    waivers: list[WaiverOut]


class PreviousOut(Schema):
    value: str
    period: str
    source: str
    quality: str
    note: str


class LiveOut(Schema):
    value: str
    kpi: str
    as_of: date | None
    note: str


class QuestionOut(Schema):
    id: int
    round: int
    code: str
    group: str
    title: str
    guidance: str
    type: Literal["decimal", "integer", "share", "yes_no", "choice", "text", "date"]
    unit: str
    minimum: str | None
    maximum: str | None
    choices: list[str]
    points: str | None
    state: StateName
    organisation: str | None
    due_on: date
    late: bool
    newest: int = Item(description="Newest revision, drafts included; what a new answer must be based on")
    current: str | None = Item(description="Value of the submitted answer that stands")
    released: str | None = Item(description="Value that is released right now")
    previous: PreviousOut | None
    live: LiveOut | None


class DecisionOut(Schema):
    kind: str
    revision: int | None
    person: str
    at: datetime
    reason: str
    from_organisation: str | None
    to_organisation: str | None


class QuestionDetail(QuestionOut):
    answers: list[AnswerOut]
    decisions: list[DecisionOut]


class AnswerFindingOut(Schema):
    """key: what `waivers` overrides a warning by; an error cannot be overridden."""

    key: str
    code: str
    severity: Literal["warning", "error"]
    text: str


class SnapshotOut(Schema):
    number: int
    at: datetime
    person: str
    reason: str
    sha256: str
    previous_sha256: str


class EvidenceIn(Schema):
    """A link. Files are uploaded on the page of the question."""

    title: Word = ""
    url: Short


class AnswerIn(Schema):
    """An answer. based_on: the newest revision that was seen, 0 = none; another one by now is a conflict (409)."""

    based_on: Revision
    value: Text = ""
    comment: Text = ""
    source: Short = ""
    quality: Quality = ""
    as_of: date | None = None
    evidence: Annotated[list[EvidenceIn], Item(max_length=50)] = []
    waivers: dict[Word, Text] = Item(
        default={}, description="Comment by key of the warning that it overrides"
    )
    draft: bool = Item(default=False, description="Keep it without submitting")


class TypedIn(Schema):
    """An answer while it is typed."""

    value: Text = ""
    comment: Text = ""
    source: Short = ""
    quality: Quality = ""
    as_of: date | None = None
    submit: bool = Item(default=False, description="Say what is missing, too")


class DeclineIn(Schema):
    based_on: Revision
    reason: Needed


class ReviewIn(Schema):
    """revision: the submitted one that was looked at."""

    revision: Revision


class ReasonedIn(ReviewIn):
    reason: Needed


class HandOverIn(Schema):
    """organisation: key of the one that is to answer instead."""

    organisation: Word
    reason: Needed


class HandedOver(Schema):
    id: int
    organisation: str


class Conflict(Schema):
    """What stands now. yours was put aside for you and is not lost."""

    detail: str
    errors: list[dict[str, str]] = []
    theirs: AnswerOut | None = None


class Faults(Schema):
    """Why an answer cannot be submitted. errors: field and messages, as everywhere; findings: from the rules."""

    detail: str
    errors: list[dict[str, object]] = []
    findings: list[AnswerFindingOut] = []
