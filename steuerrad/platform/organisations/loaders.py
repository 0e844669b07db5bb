"""Reads organisations.csv."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.platform.city.csv_files import rows_of
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.organisations.models import Organisation

FILE = "strategy/organisations.csv"
COLUMNS = ("key", "name", "short", "kind", "part_of", "note", "document", "line")


def load_organisations(context: LoadContext) -> None:
    rows: list[dict[str, Any]] = []
    parents: dict[str, str] = {}
    for row in rows_of(context, FILE, required=("key", "name"), optional=COLUMNS[2:], key="key"):
        parents[row.text("key")] = row.text("part_of")
        rows.append({
            "key": row.slug("key"), "name": row.text("name"), "short": row.text("short"), "kind": row.text("kind"),
            "note": row.text("note"), "document": row.document("document"), "line": row.integer("line"),
            "in_charge": False,
        })  # fmt: skip
    if context.problems:
        return
    organisations = sync(context, Organisation, rows, key="key")
    for key, parent in parents.items():
        wanted = organisations.get(parent) if parent else None
        if parent and wanted is None:
            context.fault(
                context.folder / FILE, None, f"{key}: unknown organisation", column="part_of", value=parent
            )
        elif organisations[key].part_of_id != (wanted.pk if wanted else None):
            organisations[key].part_of = wanted
            organisations[key].save(update_fields=["part_of"])


LOADER = CityLoader("organisations.organisations", 10, load_organisations)
