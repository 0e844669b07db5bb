"""What is checked about an answer, while it is typed and when it is submitted.

Values are canonical text: "12.5", "yes", "2024-05-01", "" = none. A finding carries its figures; words come later. A
warning can be overridden with a comment, an error cannot. Quality classes: U4SSC verification (ITU-T Y.4903).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Severity = Literal["warning", "error"]
NUMERIC = frozenset({"decimal", "integer", "share"})
PERCENT = Decimal(100)

#: What an answer of a class must state: (comment, source, evidence). Classes that rest on assumptions must name them.
NEEDS: Mapping[str, Mapping[str, Severity]] = {
    "measured": {"source": "error", "evidence": "warning"},
    "extrapolated": {"source": "error", "comment": "error"},
    "higher_level": {"source": "error"},
    "estimated": {"comment": "error"},
    "personal_estimate": {"comment": "error"},
    "unknown": {},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The question. minimum, maximum in its unit; jumps: percent of the value before, points for shares."""

    code: str
    type: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    previous: str = ""
    previous_period: str = ""
    live: str = ""
    jump_percent: Decimal = Decimal(50)
    jump_points: Decimal = Decimal(20)


@dataclass(frozen=True, slots=True)
class Given:
    """The answer as typed and read. fault: why it could not be read, in the reader's words."""

    value: str = ""
    fault: str = ""
    comment: str = ""
    source: str = ""
    quality: str = ""
    evidence: int = 0
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over several answers: the sum of coefficient * answer on both sides; code "" is a constant."""

    code: str
    left: Mapping[str, Decimal]
    relation: str
    right: Mapping[str, Decimal]
    text: str
    severity: Severity

    @property
    def codes(self) -> set[str]:
        return {code for code in (*self.left, *self.right) if code}


@dataclass(frozen=True, slots=True)
class Finding:
    """key: what a comment overrides it by, unique for an answer. figures: what the words are filled with."""

    key: str
    code: str
    severity: Severity
    figures: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def waivable(self) -> bool:
        return self.severity == "warning"


def number(value: str, type_: str = "decimal") -> Decimal | None:
    """The value as a number; yes is 1 and no is 0, so that rules can count. None: there is none."""
    if type_ == "yes_no":
        return {"yes": Decimal(1), "no": Decimal(0)}.get(value)
    return Decimal(value) if value and type_ in NUMERIC else None


def bounds(asked: Asked) -> tuple[Decimal | None, Decimal | None]:
    """Least and largest value. A share lies between 0 and 100 even where nobody said so."""
    low, high = asked.minimum, asked.maximum
    if asked.type == "share":
        low, high = (Decimal(0) if low is None else low), (PERCENT if high is None else high)
    return low, high


def range_findings(asked: Asked, value: Decimal) -> list[Finding]:
    low, high = bounds(asked)
    if low is not None and value < low:
        return [Finding("range", "below", "error", {"value": value, "limit": low})]
    if high is not None and value > high:
        return [Finding("range", "above", "error", {"value": value, "limit": high})]
    return []


def jump_findings(asked: Asked, value: Decimal) -> list[Finding]:
    """A change against last time that is larger than the threshold (exactly at it is not)."""
    before = number(asked.previous, asked.type)
    if before is None or value == before:
        return []
    figures: dict[str, object] = {
        "value": value, "before": before, "period": asked.previous_period, "change": value - before,
    }  # fmt: skip
    if asked.type == "share":
        if abs(value - before) <= asked.jump_points:
            return []
        return [Finding("jump", "jump_points", "warning", figures | {"limit": asked.jump_points})]
    if before == 0:
        return [Finding("jump", "jump_from_zero", "warning", figures)]
    # Compared without division, so that nothing is rounded.
    if abs(value - before) * PERCENT <= asked.jump_percent * abs(before):
        return []
    percent = (value - before) * PERCENT / abs(before)
    return [Finding("jump", "jump", "warning", figures | {"percent": percent, "limit": asked.jump_percent})]


def change_findings(asked: Asked, value: str) -> list[Finding]:
    """What once was answered with yes and now with no."""
    if asked.type == "yes_no" and asked.previous == "yes" and value == "no":
        return [Finding("jump", "no_longer", "warning", {"period": asked.previous_period})]
    return []


def value_findings(asked: Asked, given: Given) -> list[Finding]:
    """Type, range, jump, and whether the value differs from what the platform computes."""
    if given.fault:
        return [Finding("type", "type", "error", {"fault": given.fault})]
    if not given.value:
        return []
    found = change_findings(asked, given.value)
    value = number(given.value, asked.type) if asked.type in NUMERIC else None
    if value is not None:
        found += range_findings(asked, value) + jump_findings(asked, value)
    if asked.live and given.value != asked.live:
        found.append(
            Finding("live", "differs_from_live", "warning", {"value": given.value, "live": asked.live})
        )
    return found


def need_findings(asked: Asked, given: Given, *, submit: bool) -> list[Finding]:
    """What the quality class demands. While typing, only what is stated and contradicts; on submit all of it."""
    if not submit:
        return []
    found = [] if given.value or given.fault else [Finding("value", "no_value", "error")]
    if not given.quality:
        return [*found, Finding("quality", "no_quality", "error")]
    if given.quality not in NEEDS:
        return [*found, Finding("quality", "unknown_quality", "error")]
    if given.quality == "unknown":
        found.append(Finding("quality", "quality_unknown", "warning"))
    here = {
        "comment": bool(given.comment.strip()), "source": bool(given.source.strip()), "evidence": given.evidence > 0,
    }  # fmt: skip
    return found + [
        Finding(f"needs_{what}", f"needs_{what}", severity, {"quality": given.quality})
        for what, severity in NEEDS[given.quality].items()
        if not here[what]
    ]


def sides(rule: Rule, answers: Mapping[str, Decimal]) -> tuple[Decimal, Decimal] | None:
    """The values of both sides, None as long as an answer is missing."""
    if any(code not in answers for code in rule.codes):
        return None
    left, right = (
        sum((factor * (answers[code] if code else 1) for code, factor in side.items()), Decimal(0))
        for side in (rule.left, rule.right)
    )
    return left, right


def holds(left: Decimal, relation: str, right: Decimal) -> bool:
    return {
        "<=": left <= right, "<": left < right, "=": left == right, ">=": left >= right, ">": left > right,
    }[relation]  # fmt: skip


def cross_findings(rules: tuple[Rule, ...], answers: Mapping[str, Decimal]) -> list[Finding]:
    """Rules that can be judged and do not hold. answers: numbers by code of the question."""
    found: list[Finding] = []
    for rule in rules:
        both = sides(rule, answers)
        if both is None or holds(both[0], rule.relation, both[1]):
            continue
        figures = {"text": rule.text, "left": both[0], "relation": rule.relation, "right": both[1]}
        found.append(Finding(f"cross:{rule.code}", "cross", rule.severity, figures))
    return found


def findings(
    asked: Asked,
    given: Given,
    *,
    today: date,
    rules: tuple[Rule, ...] = (),
    others: Mapping[str, Decimal] | None = None,
    submit: bool = False,
) -> list[Finding]:
    """All findings about one answer, errors first. The same for a half-typed answer (submit=False) and a submitted one.

    rules: those over several answers; only those that name this question are judged, with `others` as the other
    answers by code.
    """
    found = value_findings(asked, given) + need_findings(asked, given, submit=submit)
    if given.as_of is not None and given.as_of > today:
        found.append(Finding("as_of", "future", "error", {"day": given.as_of}))
    own = number(given.value, asked.type) if not given.fault else None
    if own is not None:
        answers = {**(others or {}), asked.code: own}
        found += cross_findings(tuple(rule for rule in rules if asked.code in rule.codes), answers)
    return sorted(found, key=lambda item: item.severity != "error")


def unwaived(found: list[Finding], waivers: Mapping[str, str]) -> list[Finding]:
    """What still stands in the way: errors, and warnings without a comment."""
    return [item for item in found if not (item.waivable and waivers.get(item.key, "").strip())]
