"""Audit and verdicts as JSON with stable keys, described in docs/reference/index-audit-json.md."""

from __future__ import annotations

from typing import Any

from steuerrad.modules.city_index import audit_text
from steuerrad.modules.city_index.models import Edition, IndexCity
from steuerrad.modules.city_index.queries_audit import Audited
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.reproduce import FigureVerdict

AUDIT_SCHEMA = "steuerrad.index.audit/1"
VERIFY_SCHEMA = "steuerrad.index.verify/1"


def audit_data(city: IndexCity, edition: Edition, found: list[Audited]) -> dict[str, Any]:
    """The audit as data with stable keys; message is in the language of now, everything else is not."""
    return {
        "schema": AUDIT_SCHEMA,
        "index": edition.index.slug,
        "city": {"key": city.key, "name": city.name},
        "edition": edition.year,
        "language": audit_text.language(),
        "documents": [
            {
                "document": item.document,
                "previous_edition": item.report.previous_edition,
                "rows": len(item.report.rows),
                "statements": len(item.report.statements),
                "counts": item.counts | {"primary_errors": item.errors},
                "findings": [finding_data(finding) for finding in item.findings],
            }
            for item in found
        ],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    return finding.as_data() | {"message": audit_text.message(finding)}


def verdict_data(item: FigureVerdict) -> dict[str, Any]:
    right = item.right
    return {
        "city": item.figure.city, "edition": item.figure.edition, "category": item.figure.category,
        "printed": item.figure.value, "source": item.figure.source, "outcome": item.outcome,
        "right": None if right is None else {"low": f"{float(right.lo):.3f}", "high": f"{float(right.hi):.3f}"},
        "missing": list(item.missing),
    }  # fmt: skip
