"""The audit's findings for pages: kept until something is written, filtered, and tied to their objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from steuerrad.kernel import clock
from steuerrad.modules.strategy.audit_queries import ShownFinding, strategy_data
from steuerrad.modules.strategy.models import AcceptedFinding
from steuerrad.modules.strategy.rules.audit.finding import Finding
from steuerrad.modules.strategy.rules.audit.table import RULES, audit
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.city.queries import current_city

PAGES = {
    "kpi": "strategy:kpi",
    "measure": "strategy:measure",
    "field": "strategy:field",
    "theme": "strategy:theme",
}
Stamp = tuple[str, datetime | None, int | None, datetime | None, date]
#: The newest result of this process. The audit of a whole strategy takes longer than a page may.
_kept: dict[Stamp, list[Finding]] = {}


def stamp() -> Stamp:
    """Changes with every load and every write, because both leave an audit entry; and with the day. Two queries."""
    city = current_city()
    newest, at = AuditEntry.objects.order_by("-pk").values_list("pk", "at").first() or (None, None)
    return (city.data_hash if city else "", city.loaded_at if city else None, newest, at, clock.today())


def raw_findings() -> list[Finding]:
    """All findings, from the last run when nothing has been written since."""
    now = stamp()
    found = _kept.get(now)
    if found is None:
        found = audit(strategy_data(), RULES)
        _kept.clear()
        _kept[now] = found
    return found


@dataclass(frozen=True)
class FindingFilter:
    """Empty text = no filter. accepted: "" open ones, "only" accepted ones, "all" both."""

    q: str = ""
    severity: str = ""
    rule: str = ""
    kind: str = ""
    accepted: str = ""


def shown(items: Iterable[Finding] | None = None) -> list[ShownFinding]:
    """Findings with their acceptance, errors first. One query beside those of the audit."""
    accepted = {item.fingerprint: item for item in AcceptedFinding.objects.select_related("accepted_by")}
    found = raw_findings() if items is None else items
    return [ShownFinding(item, accepted.get(item.fingerprint)) for item in found]


def filtered(items: list[ShownFinding], wanted: FindingFilter) -> list[ShownFinding]:
    words = wanted.q.lower().split()
    return [
        item
        for item in items
        if (not wanted.severity or item.finding.severity == wanted.severity)
        and (not wanted.rule or item.finding.rule == wanted.rule)
        and (not wanted.kind or item.kind == wanted.kind)
        and (wanted.accepted == "all" or (item.accepted is not None) == (wanted.accepted == "only"))
        and (
            not words
            or all(
                word in f"{item.finding.object} {item.finding.title} {item.message}".lower() for word in words
            )
        )
    ]


def open_findings_of(kind: str, code: str) -> list[ShownFinding]:
    """What the audit says about one object and nobody has accepted."""
    wanted = f"{kind}:{code}"
    return [item for item in shown(f for f in raw_findings() if f.object == wanted) if item.accepted is None]


def address_of(ref: str) -> str:
    """The page of "measure:ZI-NI-1"; empty for objects without one."""
    kind, _, code = ref.partition(":")
    return reverse(PAGES[kind], args=[code]) if kind in PAGES and code else ""


def finding(fingerprint: str) -> ShownFinding | None:
    return next((item for item in shown() if item.finding.fingerprint == fingerprint), None)


def rules_found(items: Iterable[ShownFinding]) -> list[tuple[str, Any]]:
    """(id, title) of the rules that found something, by title."""
    return sorted(
        {item.finding.rule: item.rule_title for item in items}.items(), key=lambda pair: str(pair[1])
    )
