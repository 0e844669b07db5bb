"""Reads cities/<slug>/index/: typed documents, claims of others, and which measure answers which indicator."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.kernel.registry import registry
from steuerrad.modules.city_index.catalogue import (
    Catalogue,
    UnknownNameError,
    category_aliases,
    fold,
    read_catalogue,
)
from steuerrad.modules.city_index.loaders import Names, index_folder
from steuerrad.modules.city_index.models import Index, IndexCity, TypedReport, TypedRow, TypedStatement
from steuerrad.modules.city_index.rules.typed import QUANTITIES, ROW_KINDS
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.city.models import City
from steuerrad.platform.links.models import Link

#: What a claim may speak of beside what the audit can check.
FURTHER_QUANTITIES = ("categories", "times_in_top_ten", "full_scores")
MEMO = re.compile(r"memo_(\d{4})\.csv")
ORIGIN = "city_index"
KIND = "answers"
MEASURE = "strategy.measure"
INDICATOR = "city_index.indicator"


def load_city_part(context: LoadContext) -> None:
    folder = index_folder(context)
    if folder is None or context.problems:
        return
    catalogue = read_catalogue(Index.objects.get(slug=folder.name))
    own_folder = context.folder / "index"
    if not own_folder.is_dir():
        return
    city = own_city(context, catalogue)
    if city is None:
        return
    statements: list[dict[str, Any]] = []
    reports = load_reports(context, own_folder, catalogue, city)
    if reports is None:
        return
    for path, report in reports:
        statements += memo_statements(context, path, catalogue, city, report)
    statements += claims(context, own_folder, catalogue)
    if not context.problems:
        replace_rows(context, TypedStatement, statements)


def own_city(context: LoadContext, catalogue: Catalogue) -> IndexCity | None:
    name = City.objects.get(slug=context.city_slug).name
    try:
        return catalogue.city(name)
    except UnknownNameError as error:
        context.fault(context.folder / "city.toml", None, str(error), column="name", value=name)
        return None


def load_reports(
    context: LoadContext, folder: Path, catalogue: Catalogue, city: IndexCity
) -> list[tuple[Path, TypedReport]] | None:
    """The typed documents memo_<year>.csv with their rows; None after faults."""
    paths = {path: int(match[1]) for path in sorted(folder.iterdir()) if (match := MEMO.fullmatch(path.name))}
    reports: list[dict[str, Any]] = []
    tables: dict[Path, list[dict[str, Any]]] = {}
    for path, year in paths.items():
        if year not in catalogue.editions:
            context.fault(path, None, f"there is no edition {year}")
            continue
        previous = catalogue.editions.get(year - 1)
        reports.append({
            "city_id": city.pk, "edition_id": catalogue.editions[year].pk, "document": path.stem,
            "previous_id": previous.pk if previous else None,
        })  # fmt: skip
        tables[path] = typed_rows(context, path, catalogue, year)
    if context.problems:
        return None
    TypedStatement.objects.filter(report__isnull=False).exclude(
        document__in=[path.stem for path in paths]
    ).delete()
    there = sync(context, TypedReport, reports, key=("city_id", "edition_id", "document"), retire=None)
    by_name = {report.document: report for report in there.values()}
    replace_rows(context, TypedRow, [
        row | {"report_id": by_name[path.stem].pk} for path, rows in tables.items() for row in rows
    ])  # fmt: skip
    return [(path, by_name[path.stem]) for path in paths]


def typed_rows(context: LoadContext, path: Path, catalogue: Catalogue, year: int) -> list[dict[str, Any]]:
    names, rows = Names(catalogue), []
    for number, row in enumerate(rows_of(
        context, path.name, folder=path.parent,
        required=("category", "kind", "name", "value", "change", "previous_name", "previous_value"),
        optional=("line",),
    ), start=1):  # fmt: skip
        row.needed("category")
        if not row.text("name") and not row.text("previous_name"):
            row.fault("name", "is empty, and previous_name as well")
        rows.append({
            "order": number, "line": row.integer("line"), "kind": row.choice("kind", ROW_KINDS),
            "category_key": names.category(row, "category", catalogue.editions[year]) or "",
        } | {name: row.text(name) for name in ("name", "value", "change", "previous_name", "previous_value")})  # fmt: skip
    return rows


def memo_statements(
    context: LoadContext, path: Path, catalogue: Catalogue, city: IndexCity, report: TypedReport
) -> list[dict[str, Any]]:
    text = path.with_name(f"{path.stem}_text.csv")
    names = Names(catalogue)
    return [
        statement(row, names, city.pk, name="name") | {"report_id": report.pk, "document": report.document}
        for row in rows_of(context, text.name, folder=path.parent, must_exist=False,
                           required=("line", "category", "quantity", "name", "edition", "value"))
    ]  # fmt: skip


def claims(context: LoadContext, folder: Path, catalogue: Catalogue) -> list[dict[str, Any]]:
    """What other documents say."""
    names, rows = Names(catalogue), []
    for row in rows_of(context, "claims.csv", folder=folder, must_exist=False,
                       required=("document", "line", "edition", "city", "category", "indicator", "quantity",
                                 "value")):  # fmt: skip
        city = names.city(row, "city") if row.text("city") else None
        row.needed("document")
        rows.append(statement(row, names, city.pk if city else None, name="indicator")
                    | {"report_id": None, "document": row.document("document")})  # fmt: skip
    return rows


def statement(row: CityRow, names: Names, city_id: int | None, *, name: str) -> dict[str, Any]:
    edition = names.edition(row, "edition")
    return {
        "line": row.integer("line"), "edition_id": edition.pk if edition else 0, "city_id": city_id,
        "category_key": names.category(row, "category", edition) or "", "name": row.text(name),
        "quantity": row.choice("quantity", (*QUANTITIES, *FURTHER_QUANTITIES)), "value": row.needed("value"),
    }  # fmt: skip


def replace_rows(context: LoadContext, model: Any, rows: list[dict[str, Any]]) -> None:
    """Make the table hold just these rows; nobody refers to them, so they are written anew when they differ."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
    table = model._meta.db_table

    def text(values: Any) -> list[str]:
        return sorted(repr(tuple(item[name] for name in columns)) for item in values)

    if text(model.objects.order_by().values(*columns)) == text(rows):
        context.counts.setdefault(table, Counter())["unchanged"] += len(rows)
        return
    model.objects.all().delete()
    model.objects.bulk_create([model(**row) for row in rows])
    context.counts.setdefault(table, Counter())["created"] += len(rows)


def load_links(context: LoadContext) -> None:
    """Which measure answers which indicator, as links of this module."""
    folder = index_folder(context)
    if folder is None or context.problems:
        return
    index = Index.objects.get(slug=folder.name)
    keys = read_catalogue(index).indicator_keys()
    spelt = {
        fold(name): key for key, names in category_aliases(index.rules).items() for name in names if name
    }
    wanted: dict[tuple[str, str], tuple[CityRow, str]] = {}
    for row in rows_of(context, "index/indicator_measures.csv", must_exist=False,
                       required=("category", "indicator", "measure"), optional=("basis",)):  # fmt: skip
        category = spelt.get(fold(row.needed("category")))
        if category is None:
            row.fault("category", "there is no such category")
            continue
        key = keys.get((category, fold(row.needed("indicator"))))
        if key is None:
            row.fault("indicator", "no edition has this indicator in the category")
            continue
        wanted[(f"{MEASURE}:{row.needed('measure')}", f"{INDICATOR}:{category}/{key}")] = (
            row,
            row.text("basis"),
        )
    check_measures(wanted)
    if not context.problems:
        write_links(context, {pair: basis for pair, (_, basis) in wanted.items()})


def check_measures(wanted: dict[tuple[str, str], tuple[CityRow, str]]) -> None:
    """Report measures that the strategy does not have. Without a strategy in this installation all may stand."""
    owner = registry.linkable(MEASURE)
    if owner is None:
        return
    numbers = {source.partition(":")[2] for source, _ in wanted}
    known = set(owner.resolve(numbers, None))
    for (source, _), (row, _) in wanted.items():
        if source.partition(":")[2] not in known:
            row.fault("measure", "the strategy has no such measure")


def write_links(context: LoadContext, wanted: dict[tuple[str, str], str]) -> None:
    table = Link._meta.db_table
    counter = context.counts.setdefault(table, Counter())
    there = {
        (link.source, link.target): link
        for link in Link.objects.filter(kind=KIND, target__startswith=INDICATOR)
    }
    gone = [link.pk for pair, link in there.items() if link.origin == ORIGIN and pair not in wanted]
    Link.objects.filter(pk__in=gone).delete()
    changed = [link for pair, link in there.items() if pair in wanted and link.basis != wanted[pair]]
    for link in changed:
        link.basis = wanted[(link.source, link.target)]
    Link.objects.bulk_update(changed, ["basis"])
    new = [
        Link(source=pair[0], target=pair[1], kind=KIND, basis=basis, origin=ORIGIN)
        for pair, basis in wanted.items() if pair not in there
    ]  # fmt: skip
    Link.objects.bulk_create(new)
    counter.update({"created": len(new), "updated": len(changed), "deleted": len(gone),
                    "unchanged": len(wanted) - len(new) - len(changed)})  # fmt: skip


LOADERS = (CityLoader("city_index.city", 51, load_city_part), CityLoader("city_index.links", 60, load_links))
