"""Loads the result files of the folders, and keeps them apart from what persons imported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from steuerrad.modules.city_index.actions import insert_results
from steuerrad.modules.city_index.catalogue import Catalogue
from steuerrad.modules.city_index.contradictions import in_ranking
from steuerrad.modules.city_index.importing import complete
from steuerrad.modules.city_index.models import Result
from steuerrad.modules.city_index.reading import Given, Key, ResultRow, read_results
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.city.models import City
from steuerrad.platform.tables.problems import Problem, TableProblem

FIELDS = ("score", "decimals", "rank", "tendency", "basis", "note")
COLUMNS = ("pk", "edition_id", "city_id", "category_key", "indicator", "source", "imported_id", *FIELDS)


def load_result_files(context: LoadContext, folder: Path, catalogue: Catalogue) -> None:
    """rankings.csv and city_indicators.csv of the index, own_indicators.csv of the city."""
    city = City.objects.get(slug=context.city_slug)
    own = context.folder / "index" / "own_indicators.csv"
    rows: dict[Key, ResultRow] = {}
    for path, given in (
        (folder / "rankings.csv", Given()),
        (folder / "city_indicators.csv", Given()),
        (own, Given(city=city.name)),
    ):
        if path.is_file():
            for row in file_rows(context, path, catalogue, given):
                earlier = rows.get(row.key)
                both = row if earlier is None else complete(earlier, row)
                if both is None:
                    context.fault(path, row.line, "the same source says something else in another file")
                else:
                    rows[row.key] = both
    if not context.problems:
        write_results(context, list(rows.values()))


def file_rows(context: LoadContext, path: Path, catalogue: Catalogue, given: Given) -> list[ResultRow]:
    """The rows of a file, joined by key. Reports faults and what one source says against itself."""
    shown = str(path.relative_to(path.parents[2])) if path.parent.name != "index" else str(
        path.relative_to(context.folder.parent.parent)
    )  # fmt: skip
    try:
        reading = read_results(path, catalogue, name=shown, given=given)
    except TableProblem as problem:
        context.fault(path, None, str(problem))
        return []
    for problem in reading.problems:
        context.problems.add(problem)
    rows: dict[Key, ResultRow] = {}
    for row in reading.rows:
        earlier = rows.get(row.key)
        both = row if earlier is None else complete(earlier, row)
        if both is None:
            context.problems.add(
                Problem(shown, row.line, None, None, "the same source says something else before")
            )
        else:
            rows[row.key] = both
    for found in in_ranking(rows.values()):
        if found.one_source:
            reason = f"rank contradicts line {found.other.line} of the same source"
            context.problems.add(Problem(shown, found.here.line, "rank", str(found.here.rank), reason))
    return list(rows.values())


def write_results(context: LoadContext, rows: list[ResultRow]) -> None:
    """Make the table hold these rows beside what persons imported. The files win where both name one source."""
    table = Result._meta.db_table
    there: dict[Key, Result] = {}
    for values in Result.objects.order_by().values(*COLUMNS):
        item = Result(**values)
        there[(item.edition_id, item.city_id, item.category_key, item.indicator, item.source)] = item
    new: list[ResultRow] = []
    changed: list[Result] = []
    for row in rows:
        item = there.pop(row.key, None)
        if item is None:
            new.append(row)
            continue
        different = [name for name in FIELDS if getattr(item, name) != getattr(row, name)]
        for name in different:
            setattr(item, name, getattr(row, name))
        if different or item.imported_id is not None:
            item.imported_id = None
            changed.append(item)
    gone = [item.pk for item in there.values() if item.imported_id is None]
    if new:
        insert_results(new, None)
    if changed:
        Result.objects.bulk_update(changed, [*FIELDS, "imported"], batch_size=200)
    for start in range(0, len(gone), 500):
        Result.objects.filter(pk__in=gone[start : start + 500]).delete()
    for outcome, number in (
        ("created", len(new)), ("updated", len(changed)), ("deleted", len(gone)),
        ("unchanged", len(rows) - len(new) - len(changed)),
    ):  # fmt: skip
        if number:
            context.counts.setdefault(table, Counter())[outcome] += number
