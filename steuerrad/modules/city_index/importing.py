"""From the rows of a file to a plan: what would be added, what is known, what contradicts what. Writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.catalogue import Catalogue
from steuerrad.modules.city_index.contradictions import (
    Contradiction,
    agree,
    between_sources,
    explain,
    in_ranking,
    in_tendency,
)
from steuerrad.modules.city_index.models import Result
from steuerrad.modules.city_index.reading import Key, Reading, ResultRow, RowProblems
from steuerrad.platform.tables.problems import Problem

BLOCK_BYTES = 1024 * 1024


@dataclass
class Plan:
    """What an import would do.

    completed: (id of the result, row): the same source adds a rank or a score to what it already said.
    conflicts: between sources; both sides are kept. problems: rows that are left out.
    """

    reading: Reading
    new: list[ResultRow] = field(default_factory=list)
    completed: list[tuple[int, ResultRow]] = field(default_factory=list)
    unchanged: int = 0
    repeated: int = 0
    conflicts: list[Contradiction] = field(default_factory=list)
    cities: dict[int, str] = field(default_factory=dict)

    @property
    def problems(self) -> RowProblems:
        return self.reading.problems

    @property
    def skipped(self) -> int:
        """How many rows of the file are left out because of a fault."""
        return len(self.problems.lines)

    @property
    def changes(self) -> bool:
        return bool(self.new or self.completed)

    def conflict_lines(self, limit: int = 100) -> list[str]:
        """The conflicts in words, with the line of the file."""
        lines = [
            f"{self.reading.name}:{item.here.line}: {explain(item, self.cities)}" if item.here.line
            else explain(item, self.cities)
            for item in self.conflicts[:limit]
        ]  # fmt: skip
        more = len(self.conflicts) - limit
        return [*lines, _("... and %(count)d more") % {"count": more}] if more > 0 else lines


def make_plan(reading: Reading, catalogue: Catalogue) -> Plan:
    """Compare the rows with one another and with what is in the database."""
    plan = Plan(reading, cities={city.pk: city.name for city in catalogue.cities.values()})
    rows = _joined(plan, reading.rows)
    years = {edition.pk: year for year, edition in catalogue.editions.items()}
    known, ids = known_rows(years)
    rows = _against_known(plan, rows, known, ids)
    _contradictions(plan, rows, known, years)
    return plan


def known_rows(years: dict[int, int]) -> tuple[dict[Key, ResultRow], dict[Key, int]]:
    """All results in the database as rows with line 0, and their ids."""
    columns = ("pk", "edition_id", "city_id", "category_key", "indicator", "score", "decimals", "rank",
               "tendency", "source")  # fmt: skip
    rows: dict[Key, ResultRow] = {}
    ids: dict[Key, int] = {}
    results = Result.objects.filter(edition_id__in=years).order_by().values_list(*columns)
    for pk, edition, city, category, indicator, stored, decimals, rank, tendency, source in results:
        score = as_printed(stored, decimals)
        row = ResultRow(
            0, years[edition], edition, city, category, indicator, score, decimals, rank, tendency, source
        )
        rows[row.key], ids[row.key] = row, pk
    return rows, ids


def as_printed(score: Decimal | None, decimals: int | None) -> Decimal | None:
    """A score as the database returns it (four decimals), with as many as were printed."""
    return (
        None if score is None else round(score, decimals or 0) if decimals is not None else score.normalize()
    )


def complete(one: ResultRow, other: ResultRow) -> ResultRow | None:
    """Both rows of one source as one, or None when they contradict each other."""
    if not agree(one, other) or (
        one.score is not None and other.score is not None and one.score != other.score
    ):
        return None
    for name in ("rank", "tendency"):
        first, second = getattr(one, name), getattr(other, name)
        if first is not None and second is not None and first != second:
            return None
    scored = one if one.score is not None else other
    return replace(
        one, score=scored.score, decimals=scored.decimals, rank=one.rank if one.rank is not None else other.rank,
        tendency=one.tendency if one.tendency is not None else other.tendency,
        basis=one.basis or other.basis, note=one.note or other.note,
    )  # fmt: skip


def _same(one: ResultRow, other: ResultRow) -> bool:
    return (one.score, one.rank, one.tendency) == (other.score, other.rank, other.tendency)


def _refuse(plan: Plan, row: ResultRow, column: str, reason: str) -> None:
    value = getattr(row, column, None)
    plan.problems.add(
        Problem(plan.reading.name, row.line, column, None if value is None else str(value), reason)
    )


def _joined(plan: Plan, rows: Iterable[ResultRow]) -> dict[Key, ResultRow]:
    """One row for each key; what one source says twice must not differ."""
    found: dict[Key, ResultRow] = {}
    for row in rows:
        earlier = found.get(row.key)
        if earlier is None:
            found[row.key] = row
            continue
        both = complete(earlier, row)
        if both is None:
            column = "rank" if agree(earlier, row) and earlier.score == row.score else "score"
            _refuse(plan, row, column, _("the same source says something else in line %(line)d")
                    % {"line": earlier.line})  # fmt: skip
        else:
            plan.repeated += _same(earlier, row)
            found[row.key] = both
    return found


def _against_known(
    plan: Plan, rows: dict[Key, ResultRow], known: dict[Key, ResultRow], ids: dict[Key, int]
) -> dict[Key, ResultRow]:
    """Sort rows into new, completing and unchanged; returns those that may be written."""
    kept: dict[Key, ResultRow] = {}
    for key, row in rows.items():
        there = known.get(key)
        if there is None:
            kept[key] = row
            continue
        both = complete(there, row)
        if both is None:
            column = "rank" if there.score == row.score else "score"
            said = there.rank if column == "rank" else there.score
            _refuse(plan, row, column, _("this source is already known to say %(said)s; a correction needs a source of "
                                         "its own") % {"said": said})  # fmt: skip
        elif _same(both, there):
            plan.unchanged += 1
        else:
            plan.completed.append((ids[key], replace(both, line=row.line, basis=row.basis, note=row.note)))
    return kept


def _contradictions(
    plan: Plan, rows: dict[Key, ResultRow], known: dict[Key, ResultRow], years: dict[int, int]
) -> None:
    """Faults of one source drop the later row; what different sources say is reported and kept."""
    touched = {row.key for _, row in plan.completed} | rows.keys()
    everything = [*known.values(), *rows.values()]
    dropped: set[Key] = set()
    for found in in_ranking(everything):
        if found.here.line and found.one_source and found.here.key in rows:
            if found.here.key not in dropped:
                _refuse(plan, found.here, "rank", explain(found, plan.cities))
                dropped.add(found.here.key)
        elif touched & {found.here.key, found.other.key}:
            plan.conflicts.append(found)
    for found in (*between_sources(everything), *in_tendency(everything, years)):
        if touched & {found.here.key, found.other.key} and not dropped & {found.here.key, found.other.key}:
            plan.conflicts.append(found)
    plan.new = [row for key, row in rows.items() if key not in dropped]


def file_hash(source: Path | BinaryIO) -> str:
    """SHA-256 of a file, read in blocks; a stream is left at its start."""
    digest = hashlib.sha256()
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return file_hash(stream)
    source.seek(0)
    while block := source.read(BLOCK_BYTES):
        digest.update(block)
    source.seek(0)
    return digest.hexdigest()
