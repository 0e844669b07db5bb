"""Reads organisations.csv."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.tables.fields import parse_int

FILE = "strategy/organisations.csv"
LAST_LINE = 10_000_000
COLUMNS = ("key", "name", "short", "kind", "part_of", "note", "document", "line")


def document_line(text: str) -> int:
    return parse_int(text, low=1, high=LAST_LINE)


def load_organisations(context: LoadContext) -> None:
    rows: list[dict[str, Any]] = []
    read: list[CityRow] = []
    for row in rows_of(context, FILE, required=("key", "name"), optional=COLUMNS[2:], key="key"):
        read.append(row)
        rows.append({
            "key": row.slug("key"), "name": row.needed("name"), "short": row.text("short"), "kind": row.text("kind"),
            "note": row.text("note"), "document": row.document("document"), "line": row.read("line", document_line),
            "in_charge": False,
        })  # fmt: skip
        for name, value in rows[-1].items():
            longest = getattr(Organisation._meta.get_field(name), "max_length", None)
            if longest and isinstance(value, str) and len(value) > longest:
                row.fault(name, f"is longer than {longest} characters")
    keys = {row.text("key") for row in read}
    for row in read:
        if row.text("part_of") and row.text("part_of") not in keys:
            row.fault("part_of", "unknown organisation")
    if context.problems:
        return
    organisations = sync(context, Organisation, rows, key="key")
    for row in read:
        item, parent = organisations[row.text("key")], organisations.get(row.text("part_of"))
        if item.part_of_id != (parent.pk if parent else None):
            item.part_of = parent
            item.save(update_fields=["part_of"])


LOADER = CityLoader("organisations.organisations", 10, load_organisations)
