"""Reads indexes/<slug>/: the index, its editions, names, and results of all cities. Formats: docs/reference/index-format.md."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.city_index.catalogue import (
    Catalogue,
    UnknownNameError,
    category_aliases,
    fold,
    read_catalogue,
)
from steuerrad.modules.city_index.loaders_results import load_result_files
from steuerrad.modules.city_index.models import (
    Aggregate,
    Category,
    Edition,
    Index,
    IndexCity,
    Indicator,
    IndicatorMapping,
    MethodBreak,
    RawValue,
)
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.city.models import City

MEAN_OF_CITIES = "(Durchschnitt)"
EDITION_NUMBERS = {"cities": "cities", "indicators": "indicator_count", "parameters": "parameters",
                   "data_points": "data_points"}  # fmt: skip


def index_folder(context: LoadContext) -> Path | None:
    """The folder of the city's index; None when city.toml names none. Reports a folder that is missing."""
    city = City.objects.filter(slug=context.city_slug).first()
    if city is None or not city.index:
        return None
    folder = settings.INDEXES_DIR / city.index
    if not (folder / "index.toml").is_file():
        context.fault(
            context.folder / "city.toml", None, "there is no such index", column="index", value=city.index
        )
        return None
    return folder


def load_index(context: LoadContext) -> None:
    folder = index_folder(context)
    if folder is None:
        return
    index = load_index_file(context, folder)
    editions = load_editions(context, folder, index) if index is not None else None
    if index is None or editions is None:
        return
    load_indicators(context, folder, index, editions)
    load_cities(context, folder)
    if context.problems:
        return
    catalogue = read_catalogue(index)
    load_mappings(context, folder, catalogue)
    load_aggregates(context, folder, catalogue)
    load_raw_values(context, folder, catalogue)
    load_result_files(context, folder, catalogue)


def toml_of(context: LoadContext, path: Path) -> dict[str, Any] | None:
    """The file as a dict, or None after reporting why not."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        context.fault(path, None, "file is missing")
    except UnicodeDecodeError as error:
        context.fault(path, None, f"not UTF-8 (byte {error.start})")
    except tomllib.TOMLDecodeError as error:
        context.fault(path, None, f"not valid TOML: {error}")
    return None


def load_index_file(context: LoadContext, folder: Path) -> Index | None:
    path = folder / "index.toml"
    data = toml_of(context, path)
    if data is None:
        return None
    for name in ("slug", "name", "categories", "aggregation"):
        if not data.get(name):
            context.fault(path, None, "is missing", column=name)
    if data.get("slug") != folder.name:
        context.fault(path, None, f"must be the folder's name {folder.name!r}", column="slug",
                      value=str(data.get("slug")))  # fmt: skip
    for number, entry in enumerate(data.get("categories", []), start=1):
        if not entry.get("key") or not entry.get("names"):
            context.fault(path, None, "needs a key and names", column=f"categories[{number}]")
    if context.problems:
        return None
    row = {"slug": data["slug"], "name": data["name"], "publisher": data.get("publisher", ""), "rules": data}
    return sync(context, Index, [row], key="slug", retire=None)[data["slug"]]


def category_name(entry: dict[str, Any], year: int) -> str:
    """What a category is called in a year; "" when it did not exist then."""
    for item in entry["names"]:
        if item.get("from", 0) <= year <= item.get("to", 9999):
            return str(item["name"])
    return ""


def load_editions(context: LoadContext, folder: Path, index: Index) -> dict[int, Edition] | None:
    path = folder / "editions.toml"
    data = toml_of(context, path)
    if data is None:
        return None
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()
    for number, entry in enumerate(data.get("edition", []), start=1):
        place, year = f"edition[{number}]", entry.get("year")
        if not isinstance(year, int) or year in seen:
            context.fault(path, None, "needs a year of its own", column=place, value=str(year))
            continue
        seen.add(year)
        row: dict[str, Any] = {"index_id": index.pk, "year": year, "collected": collected(entry)}
        for name, field in EDITION_NUMBERS.items():
            row[field] = entry.get(name)
            if row[field] is not None and (not isinstance(row[field], int) or row[field] < 1):
                context.fault(
                    path, None, "must be a positive number", column=f"{place}.{name}", value=str(row[field])
                )
        rows.append(row)
    if context.problems:
        return None
    editions = sync(context, Edition, rows, key=("index_id", "year"), retire=None)
    by_year = {year: edition for (_, year), edition in editions.items()}
    load_breaks(context, path, index, data, by_year)
    return by_year


def collected(entry: dict[str, Any]) -> str:
    return " – ".join(str(entry[name]) for name in ("collected_from", "collected_to") if entry.get(name))


def load_breaks(
    context: LoadContext, path: Path, index: Index, data: dict[str, Any], editions: dict[int, Edition]
) -> None:
    spelt = {
        fold(name): key for key, names in category_aliases(index.rules).items() for name in names if name
    }
    rows = []
    for entry in data.get("edition", []):
        for item in entry.get("method_breaks", []):
            key = spelt.get(fold(item.get("category", ""))) if item.get("category") else ""
            if key is None or not item.get("note"):
                context.fault(path, None, "needs a note and a known category", column=f"{entry['year']}.method_breaks",
                              value=str(item))  # fmt: skip
                continue
            rows.append({
                "edition_id": editions[entry["year"]].pk, "category_key": key, "indicator": item.get("indicator", ""),
                "note": item["note"], "source": item.get("source", ""),
            })  # fmt: skip
    sync(context, MethodBreak, rows, key=("edition_id", "category_key", "indicator", "note"), retire=None)


def load_indicators(context: LoadContext, folder: Path, index: Index, editions: dict[int, Edition]) -> None:
    """Categories of every edition, and the indicators that are known of it."""
    spelt = {
        fold(name): key for key, names in category_aliases(index.rules).items() for name in names if name
    }
    lists: dict[tuple[int, str], list[dict[str, Any]]] = {}
    complete: dict[tuple[int, str], bool] = {}
    for row in rows_of(context, "indicators.csv", folder=folder, required=("edition", "category", "key", "name"),
                       optional=("aliases", "kind", "maximum", "parameters", "list_complete", "source"),
                       key=("edition", "category", "key")):  # fmt: skip
        year, key = row.year("edition"), spelt.get(fold(row.needed("category")))
        if year is not None and year not in editions:
            row.fault("edition", "there is no such edition")
        if key is None:
            row.fault("category", "there is no such category")
        item = indicator_values(row)
        if year in editions and key is not None:
            lists.setdefault((year, key), []).append(item | {"order": len(lists.get((year, key), ())) + 1})
            is_complete = row.boolean("list_complete")
            if complete.setdefault((year, key), is_complete) != is_complete:
                row.fault("list_complete", "must be the same for all indicators of the category")
    if context.problems:
        return
    categories = sync(context, Category, [
        {"edition_id": edition.pk, "key": entry["key"], "name": category_name(entry, year), "order": order,
         "list_complete": complete.get((year, entry["key"]), False)}
        for year, edition in editions.items()
        for order, entry in enumerate(index.rules["categories"], start=1) if category_name(entry, year)
    ], key=("edition_id", "key"), retire=None)  # fmt: skip
    wanted = [
        item | {"category_id": categories[(editions[year].pk, key)].pk}
        for (year, key), items in lists.items() for item in items
    ]  # fmt: skip
    names = {(item["category_id"], item["name"]) for item in wanted}
    kept = [
        {field: getattr(item, field) for field in (*wanted[0], "imported_id")}
        for item in Indicator.objects.exclude(imported=None) if (item.category_id, item.name) not in names
    ]  # fmt: skip
    sync(context, Indicator, [*(item | {"imported_id": None} for item in wanted), *kept],
         key=("category_id", "name"), retire=None)  # fmt: skip


def indicator_values(row: CityRow) -> dict[str, Any]:
    kind = row.choice("kind", (Indicator.NORMAL, Indicator.PILOT)) or Indicator.NORMAL
    return {
        "key": row.needed("key"), "name": row.needed("name"), "aliases": row.text("aliases"), "kind": kind,
        "maximum": row.decimal("maximum"), "parameters": row.text("parameters"), "source": row.text("source"),
    }  # fmt: skip


def load_cities(context: LoadContext, folder: Path) -> None:
    rows = [
        {"key": row.slug("key"), "name": row.needed("name"), "state": row.text("state"),
         "population": row.integer("population"), "population_source": row.text("population_source"),
         "aliases": row.text("aliases")}
        for row in rows_of(context, "cities.csv", folder=folder, required=("name", "key"), key="key",
                           optional=("state", "population", "population_source", "aliases"))
    ]  # fmt: skip
    if not context.problems:
        sync(context, IndexCity, rows, key="key", retire=None)


class Names:
    """Looks names of a row up in the catalogue; reports those that are not known."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def edition(self, row: CityRow, column: str) -> Edition | None:
        year = row.year(column)
        if year is None:
            if not row.text(column):
                row.fault(column, "is empty")
            return None
        return self._try(row, column, lambda: self.catalogue.edition(year))

    def category(self, row: CityRow, column: str, edition: Edition | None) -> str | None:
        name = row.text(column)
        if edition is None or not name:
            return ""
        return self._try(row, column, lambda: self.catalogue.category(edition.year, name))

    def city(self, row: CityRow, column: str) -> IndexCity | None:
        return self._try(row, column, lambda: self.catalogue.city(row.text(column)))

    def indicator(
        self, row: CityRow, column: str, edition: Edition | None, category: str | None
    ) -> str | None:
        name = row.text(column)
        if edition is None or category is None or not name:
            return ""
        return self._try(row, column, lambda: self.catalogue.indicator(edition.year, category, name))

    @staticmethod
    def _try(row: CityRow, column: str, find: Any) -> Any:
        try:
            return find()
        except UnknownNameError as error:
            row.fault(column, str(error))
            return None


def load_mappings(context: LoadContext, folder: Path, catalogue: Catalogue) -> None:
    names, rows = Names(catalogue), []
    for row in rows_of(context, "mappings.csv", folder=folder, must_exist=False,
                       required=("from_edition", "to_edition", "category", "from_name", "to_name", "relation",
                                 "comparable"), optional=("basis",)):  # fmt: skip
        before, after = names.edition(row, "from_edition"), names.edition(row, "to_edition")
        category = names.category(row, "category", after)
        from_name = names.indicator(row, "from_name", before, category)
        to_name = names.indicator(row, "to_name", after, category)
        if not row.text("from_name") and not row.text("to_name"):
            row.fault("to_name", "names neither an indicator before nor one after")
        relation, comparable = row.choice("relation", IndicatorMapping.RELATIONS), row.boolean("comparable")
        if before is None or after is None:
            continue
        rows.append({
            "from_edition_id": before.pk, "to_edition_id": after.pk, "category_key": category or "",
            "from_name": from_name or "", "to_name": to_name or "", "relation": relation, "comparable": comparable,
            "basis": row.text("basis"),
        })  # fmt: skip
    if not context.problems:
        sync(context, IndicatorMapping, rows, retire=None,
             key=("from_edition_id", "to_edition_id", "category_key", "from_name", "to_name"))  # fmt: skip


def load_aggregates(context: LoadContext, folder: Path, catalogue: Catalogue) -> None:
    names, rows = Names(catalogue), []
    for row in rows_of(context, "aggregates.csv", folder=folder, must_exist=False,
                       required=("year", "group", "category", "mean_score", "source_url")):  # fmt: skip
        edition = names.edition(row, "year")
        category, mean = names.category(row, "category", edition), row.decimal("mean_score")
        if mean is not None and not 0 <= mean <= 100:
            row.fault("mean_score", "lies outside the scale from 0 to 100")
        rows.append({
            "edition_id": edition.pk if edition else 0, "group": row.needed("group"), "category_key": category or "",
            "mean_score": mean if mean is not None else Decimal(0), "source": row.needed("source_url"),
        })  # fmt: skip
    if not context.problems:
        sync(context, Aggregate, rows, key=("edition_id", "group", "category_key", "source"), retire=None)


def load_raw_values(context: LoadContext, folder: Path, catalogue: Catalogue) -> None:
    names, rows = Names(catalogue), []
    for row in rows_of(context, "raw_values.csv", folder=folder, must_exist=False,
                       required=("year", "city", "quantity", "value", "unit", "source_url"), optional=("note",)):  # fmt: skip
        edition, value = names.edition(row, "year"), row.decimal("value")
        city = None if row.text("city") == MEAN_OF_CITIES else names.city(row, "city")
        if value is None and not row.text("value"):
            row.fault("value", "is empty")
        rows.append({
            "edition_id": edition.pk if edition else 0, "city_id": city.pk if city else None,
            "quantity": row.needed("quantity"), "value": value, "unit": row.needed("unit"), "note": row.text("note"),
            "source": row.needed("source_url"),
        })  # fmt: skip
    if not context.problems:
        sync(context, RawValue, rows, key=("edition_id", "city_id", "quantity", "source"), retire=None)


LOADER = CityLoader("city_index.index", 50, load_index)
