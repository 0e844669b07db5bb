"""What the audit finds in the document that was typed for the same city and edition."""

from __future__ import annotations

from decimal import Decimal

from steuerrad.modules.city_index.memo.facts import Correction
from steuerrad.modules.city_index.models import Edition, IndexCity, TypedReport
from steuerrad.modules.city_index.queries_audit import audit_document
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.platform.city.models import Document

SHOWN = ("error", "warning")


def corrections(
    city: IndexCity, edition: Edition, document: str = ""
) -> tuple[str, str, tuple[Correction, ...]]:
    """(key, title, findings) of the typed document; the first by name where none is asked for, "" without any."""
    reports = TypedReport.objects.filter(city=city, edition=edition).order_by("document")
    report = (reports.filter(document=document) if document else reports).first()
    if report is None:
        return "", "", ()
    findings = audit_document(city, edition, report.document).findings
    title = Document.objects.filter(key=report.document).values_list("title", flat=True).first()
    return (
        report.document,
        title or report.document,
        tuple(_correction(item) for item in findings if item.severity in SHOWN),
    )


def _correction(finding: Finding) -> Correction:
    place = finding.place
    return Correction(
        finding.id, finding.rule, place.edition, place.category, place.row, place.column, place.line,
        finding.printed or "", "" if finding.follows is None else str(finding.follows.value), finding.severity,
        finding.certainty, finding.basis, finding.message_key,
        tuple((name, _param(value)) for name, value in sorted(finding.params.items())), finding.caused_by or "",
        any(item.quantity.startswith("score") and item.row == place.row for item in finding.evidence),
    )  # fmt: skip


def _param(value: str | int | Decimal) -> str:
    """Decimals are marked, so that they can be written in the reader's language later."""
    return f"decimal:{value}" if isinstance(value, Decimal) else str(value)
