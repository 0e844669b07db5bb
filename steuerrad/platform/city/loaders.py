"""Reads city.toml: the city itself and its documents."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.city.models import City, Document

WEB = re.compile(r"https?://[^\s<>\"]+\Z")
KNOWN = {
    "slug",
    "name",
    "state",
    "population",
    "population_source",
    "population_date",
    "language",
    "index",
    "demo",
}


def read_toml(context: LoadContext, name: str) -> dict[str, Any] | None:
    """The file as a dict, or None after reporting why not."""
    path = context.folder / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        context.fault(path, None, f"not UTF-8 (byte {error.start})")
    except tomllib.TOMLDecodeError as error:
        context.fault(path, None, f"not valid TOML: {error}")
    return None


def load_city_file(context: LoadContext) -> None:
    data = read_toml(context, "city.toml")
    if data is None:
        return
    path = context.folder / "city.toml"
    strategy = data.get("strategy", {})
    if data.get("slug") != context.city_slug:
        context.fault(
            path,
            None,
            f"must be the folder's name {context.city_slug!r}",
            column="slug",
            value=str(data.get("slug")),
        )
    for name, kind in (("name", str), ("state", str), ("population", int), ("index", str), ("demo", bool)):
        if name in data and not isinstance(data[name], kind):
            context.fault(path, None, f"must be a {kind.__name__}", column=name, value=str(data[name]))
    if not data.get("name"):
        context.fault(path, None, "is missing", column="name")
    as_of = strategy.get("as_of")
    if as_of is not None and not isinstance(as_of, date):
        context.fault(
            path, None, "must be a date such as 2022-11-30", column="strategy.as_of", value=str(as_of)
        )
    documents = list(documents_of(context, data))
    if context.problems:
        return
    sync(context, City, [{
        "slug": data["slug"], "name": data["name"], "state": data.get("state", ""),
        "population": data.get("population"), "population_source": data.get("population_source", ""),
        "index": data.get("index", ""), "is_demo": data.get("demo", False),
        "strategy_title": strategy.get("title", ""), "strategy_as_of": as_of,
    }], key="slug", retire=None)  # fmt: skip
    sync(context, Document, documents, key="key", retire=None)


def documents_of(context: LoadContext, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of Document; reports entries without id or title and ids used twice."""
    path, rows, seen = context.folder / "city.toml", [], set()
    for number, entry in enumerate(data.get("documents", []), start=1):
        place = f"documents[{number}]"
        if not entry.get("id") or not entry.get("title"):
            context.fault(path, None, "needs an id and a title", column=place)
            continue
        if entry["id"] in seen:
            context.fault(path, None, "id is used twice", column=place, value=entry["id"])
        seen.add(entry["id"])
        url = str(entry.get("url", ""))
        if url and not WEB.match(url):
            reason = "must begin with http:// or https:// and hold no spaces"
            context.fault(path, None, reason, column=f"{place}.url", value=url)
        rows.append({"key": entry["id"]} | {
            name: str(entry.get(name, "")) for name in ("title", "publisher", "date", "kind", "url", "note")
        } | {"aliases": ";".join(str(alias) for alias in entry.get("aliases", []))})  # fmt: skip
    return rows


LOADER = CityLoader("city.city", 0, load_city_file)
