"""The wording of the strategy audit, in one place: rule → title, messages by variant, proposals by variant.

Placeholders in braces are the facts of the finding. A variant without a wording of its own uses that of "".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, npgettext
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.audit_wordings_kpis import KPI_WORDINGS
from steuerrad.modules.strategy.audit_wordings_measures import MEASURE_WORDINGS
from steuerrad.modules.strategy.models.kpis import KINDS
from steuerrad.modules.strategy.models.measures import STATUS_LABELS
from steuerrad.modules.strategy.rules.audit.finding import Finding, Severity
from steuerrad.modules.strategy.rules.states import Status

SEVERITY_LABELS = {
    Severity.ERROR: _("Contradiction"),
    Severity.WARNING: _("Warning"),
    Severity.NOTE: _("Note"),
}
ISO_DATE = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]")
WORDINGS = {**KPI_WORDINGS, **MEASURE_WORDINGS}


def severity_noun(severity: Severity, number: int) -> str:
    """The word beside a number of findings."""
    if severity == Severity.ERROR:
        return ngettext("contradiction", "contradictions", number)
    if severity == Severity.WARNING:
        return npgettext("finding", "warning", "warnings", number)
    return npgettext("finding", "note", "notes", number)


@dataclass(frozen=True)
class Wording:
    title: Any
    messages: dict[str, Any]
    proposals: dict[str, Any]


def wording(rule: str) -> Wording:
    """Raises KeyError for a rule without words."""
    title, messages, proposals = WORDINGS[rule]
    return Wording(
        title,
        messages if isinstance(messages, dict) else {"": messages},
        proposals if isinstance(proposals, dict) else {"": proposals},
    )


def rule_title(rule: str) -> str:
    return str(wording(rule).title)


def message_of(finding: Finding) -> str:
    messages = wording(finding.rule).messages
    return filled(messages.get(finding.variant) or messages[""], finding)


def proposal_of(finding: Finding) -> str:
    proposals = wording(finding.rule).proposals
    return filled(proposals.get(finding.variant) or proposals[""], finding)


def filled(template: Any, finding: Finding) -> str:
    """The template with the finding's facts. Raises KeyError when it names one that the rule does not give."""
    return str(template).format(**{name: fact(name, value) for name, value in finding.values.items()})


def fact(name: str, value: Any) -> str:
    """A fact for people: states in words, lists with commas, likeness in percent."""
    if name == "status" and value in tuple(Status):
        return str(STATUS_LABELS[Status(value)])
    if name == "kind" and value in KINDS:
        return str(KINDS[value])
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value) or "–"
    if isinstance(value, float):
        return gettext("{share} percent").format(share=round(100 * min(value, 1.0)))
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return date_format(date.fromisoformat(value))
    return str(value)
