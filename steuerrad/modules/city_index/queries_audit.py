"""The audit of typed documents and the verdicts on published figures, read from the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from steuerrad.modules.city_index.facts import (
    category_names,
    claimed_figures,
    documents,
    edition_figures,
    known_figures,
    mappings,
    structures,
    typed_report,
)
from steuerrad.modules.city_index.models import Edition, IndexCity
from steuerrad.modules.city_index.rules.audit import audit_report
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.reproduce import FigureVerdict, reproduce
from steuerrad.modules.city_index.rules.structure import EditionStructure, IndicatorMapping
from steuerrad.modules.city_index.rules.typed import TypedReport

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Audited:
    """A document with what was found in it, in the order of the checks."""

    city: IndexCity
    edition: Edition
    document: str
    report: TypedReport
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}

    @property
    def errors(self) -> int:
        """Errors of their own, without what only follows from them."""
        return sum(finding.severity == "error" and finding.is_primary for finding in self.findings)

    def primary(self) -> list[tuple[Finding, list[Finding]]]:
        """Findings with their consequences below them, worst first; the order of the checks otherwise."""
        ids = {finding.id for finding in self.findings}
        below: dict[str, list[Finding]] = {}
        for finding in self.findings:
            if finding.caused_by in ids:
                below.setdefault(str(finding.caused_by), []).append(finding)
        roots = [finding for finding in self.findings if finding.caused_by not in ids]
        roots.sort(key=lambda finding: SEVERITIES.index(finding.severity))
        return [(finding, self._all_below(finding.id, below)) for finding in roots]

    def _all_below(self, cause: str, below: dict[str, list[Finding]]) -> list[Finding]:
        found: list[Finding] = []
        for finding in below.pop(cause, []):
            found += [finding, *self._all_below(finding.id, below)]
        return found


@dataclass(frozen=True)
class Material:
    """What the documents of a city for an edition are held against; loaded once for all of them."""

    city: IndexCity
    edition: Edition
    names: dict[str, str]
    structures: dict[int, EditionStructure]
    known: tuple[KnownFigure, ...]
    mappings: tuple[IndicatorMapping, ...]


def material(city: IndexCity, edition: Edition) -> Material:
    """Figures of the edition and the one before: of all cities by category, of this city by indicator."""
    names = category_names(edition)
    years = (edition.year, edition.year - 1)
    editions = list(Edition.objects.filter(index=edition.index_id, year__in=years).select_related("index"))
    known = (
        *known_figures(editions, names, indicators=False),
        *(figure for figure in known_figures(editions, names, city=city) if figure.quantity == "indicator"),
        *edition_figures(editions),
    )
    return Material(city, edition, names, structures(edition.index, names), known, mappings(edition, names))


def audit_document(city: IndexCity, edition: Edition, document: str, held: Material | None = None) -> Audited:
    """Audit one document. Raises TypedReport.DoesNotExist when nothing of it is typed."""
    against = held or material(city, edition)
    report = typed_report(city, edition, document, against.names)
    findings = audit_report(
        report,
        against.structures[edition.year],
        against.structures.get(report.previous_edition or 0),
        (*against.known, *claimed_figures(city, against.names, without=document)),
        against.mappings,
    )
    return Audited(city, edition, document, report, findings)


def audits(city: IndexCity, edition: Edition) -> list[Audited]:
    """Audits of all documents that are typed for a city and an edition."""
    keys = documents(city, edition)
    held = material(city, edition) if keys else None
    return [audit_document(city, edition, document, held) for document in keys]


def verdicts(editions: Iterable[Edition], *, city: IndexCity | None = None) -> tuple[FigureVerdict, ...]:
    """The verdict on each published category score and total; the city's name is in figure.city."""
    editions = list(editions)
    if not editions:
        return ()
    index = editions[0].index
    figures = known_figures(editions, city=city)
    return reproduce(figures, structures(index), decimals=int(index.rules.get("decimals", 1)))
