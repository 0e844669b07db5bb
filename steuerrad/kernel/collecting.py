"""What a data campaign asks: sources of questions, contributed by the modules that own the answers.

The campaign knows no index and no strategy. A module that wants figures from people offers sets of questions; the
campaign splits them over the organisations, collects, checks, releases, and delivers the released answers back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from steuerrad.kernel.terms import Quality, Text

AnswerType = Literal["decimal", "integer", "share", "yes_no", "choice", "text", "date"]
Severity = Literal["warning", "error"]
Relation = Literal["<=", "<", "=", ">=", ">"]


@dataclass(frozen=True)
class Previous:
    """What was answered last time: a proposal only, which a person must confirm.

    value: canonical text ("12.5", "yes", "2024-05-01"); period: what it is about, e.g. "2023".
    """

    value: str
    period: str
    source: str = ""
    quality: Quality = "unknown"
    note: str = ""


@dataclass(frozen=True)
class Question:
    """One thing to be known.

    code: unique in its set. group: category or theme, as people read it. type "share" is a percentage from 0 to 100.
    minimum, maximum: inclusive bounds in `unit`. responsible: keys of organisations that should answer, the first is
    proposed. kpi: id of a registered Kpi whose live value fills the field. points: most index points that the answer
    can be worth in the total, None when unknown. ref: what it is about, e.g. "strategy.kpi:...".
    """

    code: str
    group: str
    title: str
    guidance: str = ""
    type: AnswerType = "decimal"
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    kpi: str = ""
    previous: Previous | None = None
    points: Decimal | None = None
    ref: str = ""


@dataclass(frozen=True)
class CrossCheck:
    """A rule over several answers: sum of coefficient * answer on the left, relation, the same on the right.

    left, right: coefficients by question code; the code "" is a constant. It is judged once all are answered.
    text: what is wrong when it does not hold.
    """

    code: str
    left: Mapping[str, Decimal]
    relation: Relation
    right: Mapping[str, Decimal]
    text: str
    severity: Severity = "warning"
    source: str = ""


@dataclass(frozen=True)
class QuestionSet:
    """A questionnaire that can be asked: an edition of an index, the KPIs of the strategy for a year."""

    key: str
    title: str
    period: str


@dataclass(frozen=True)
class ReleasedAnswer:
    """An answer as released: value is canonical text, None when the organisation declined with a reason (note)."""

    code: str
    value: str | None
    as_of: date
    quality: Quality
    source: str
    note: str
    organisation: str


@dataclass(frozen=True)
class QuestionSource:
    """Sets of questions of one module. deliver(key, answers, user) takes what was released, once per release;
    it runs in the releasing transaction and must be safe to repeat with the same answers.
    """

    id: str
    title: Text
    sets: Callable[[], Iterable[QuestionSet]]
    questions: Callable[[str], Iterable[Question]]
    checks: Callable[[str], Iterable[CrossCheck]] = lambda key: ()
    deliver: Callable[[str, Iterable[ReleasedAnswer], Any], None] = lambda key, answers, user: None
