"""KPI values of the city's files: a changed value becomes a new revision, what people collected stays valid."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import KpiValue
from steuerrad.platform.city.loading import LoadContext

FILE_CHANGED = "city file changed"
SUBSTANCE = ("value", "quality", "source", "note")
PLACE = ("document", "line")
TABLE = KpiValue._meta.db_table


def write_values(context: LoadContext, rows: list[dict[str, Any]], kpis: dict[Any, Any]) -> None:
    """rows: field values with the KPI's code under "_kpi"; kpis: objects by code."""
    revisions: dict[tuple[int, Any], list[KpiValue]] = defaultdict(list)
    for value in KpiValue.objects.order_by("revision"):
        revisions[value.kpi_id, value.date].append(value)
    told: set[tuple[int, Any]] = set()
    for row in rows:
        identity = (kpis[row["_kpi"]].pk, row["date"])
        told.add(identity)
        fields = {name: value for name, value in row.items() if not name.startswith("_")}
        context.count(TABLE, write_value(identity[0], fields, revisions[identity]))
    for identity, entries in revisions.items():
        valid = valid_of(entries)
        if identity not in told and valid is not None and valid.origin == KpiValue.LOADED:
            supersede(valid)
            context.count(TABLE, "withdrawn")


def write_value(kpi: int, fields: dict[str, Any], entries: list[KpiValue]) -> str:
    """What was done: created, corrected, updated, unchanged, or kept because people have corrected the value.

    entries: the revisions of this KPI and date, oldest first.
    """
    valid = valid_of(entries)
    loaded = [entry for entry in entries if entry.origin == KpiValue.LOADED]
    if valid is not None and valid.origin != KpiValue.LOADED:
        same = bool(loaded) and all(getattr(loaded[-1], name) == fields[name] for name in SUBSTANCE)
        return "unchanged" if same else "kept"
    if valid is not None and all(getattr(valid, name) == fields[name] for name in SUBSTANCE):
        changed = [name for name in PLACE if getattr(valid, name) != fields[name]]
        for name in changed:
            setattr(valid, name, fields[name])
        if changed:
            valid.save(update_fields=changed)
        return "updated" if changed else "unchanged"
    if valid is not None:
        supersede(valid)
    revision = entries[-1].revision + 1 if entries else 1
    KpiValue.objects.create(
        kpi_id=kpi, **fields, revision=revision, origin=KpiValue.LOADED, recorded_at=clock.now(),
        reason=FILE_CHANGED if entries else "",
    )  # fmt: skip
    return "corrected" if entries else "created"


def valid_of(entries: list[KpiValue]) -> KpiValue | None:
    return next((entry for entry in entries if not entry.superseded), None)


def supersede(value: KpiValue) -> None:
    value.superseded = True
    value.save(update_fields=["superseded"])
