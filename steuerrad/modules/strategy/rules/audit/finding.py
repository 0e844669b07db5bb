"""A finding of the audit: which rule, about which object, on what evidence, and what to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from steuerrad.modules.strategy.rules.audit.data import Printed

Value = str | int | float | tuple[str, ...]


class Severity(StrEnum):
    """error: the strategy contradicts itself. warning: most likely wrong, or a gap. note: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Evidence:
    """document: its key; line: of the document's text; printed: what stands there."""

    document: str
    line: int | None
    printed: str


@dataclass(frozen=True)
class Member:
    """One object of a finding that speaks of many: ref like "measure:ZI-NI-4", its title, where it stands."""

    ref: str
    title: str
    line: int | None = None


@dataclass(frozen=True)
class Draft:
    """What a rule yields. variant picks the wording; proposal picks that of the proposal ("" = the rule's own).

    params: facts that the wording names; they make the fingerprint, so an accepted finding speaks again when
    they change. scores: figures that are shown but do not count as facts.
    """

    object: str
    title: str
    params: Mapping[str, Value]
    evidence: tuple[Evidence, ...] = ()
    variant: str = ""
    members: tuple[Member, ...] = ()
    scores: Mapping[str, Value] | None = None


@dataclass(frozen=True)
class Finding:
    """A draft with its rule. Wordings: modules/strategy/audit_text.py, looked up by rule and variant."""

    rule: str
    severity: Severity
    object: str
    title: str
    variant: str
    params: tuple[tuple[str, Value], ...]
    evidence: tuple[Evidence, ...]
    members: tuple[Member, ...]

    @cached_property
    def values(self) -> dict[str, Value]:
        return dict(self.params)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over rule, object, variant, facts and members: 64 hexadecimal digits."""
        facts = {name: value for name, value in self.params if not name.startswith("score")}
        content = [self.rule, self.object, self.variant, facts, [member.ref for member in self.members]]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def evidence_of(row: Printed, printed: str) -> tuple[Evidence, ...]:
    return (Evidence(row.document, row.line, printed),)


def finding(rule: str, severity: Severity, draft: Draft) -> Finding:
    params = {**draft.params, **{f"score_{name}": value for name, value in (draft.scores or {}).items()}}
    return Finding(
        rule, severity, draft.object, draft.title, draft.variant, tuple(sorted(params.items())),
        draft.evidence, draft.members,
    )  # fmt: skip
