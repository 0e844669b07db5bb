"""Loading a city's folder: one transaction, repeatable, every fault reported, nothing loaded half.

Each module reads its own part through a CityLoader contribution and writes with `sync`. Rows that have vanished
from a file are not deleted: what people entered about them would be lost. They are marked as retired.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.platform.audit.log import record
from steuerrad.platform.city.models import City
from steuerrad.platform.tables.problems import Problem, Problems


class LoadError(Exception):
    """The folder has faults; nothing was loaded."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(f"{len(problems)} faults")
        self.problems = problems


@dataclass
class LoadContext:
    """What a loader gets: the folder, where to report faults, and counters by table and outcome."""

    folder: Path
    city_slug: str
    problems: Problems = field(default_factory=Problems)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    city: City | None = None

    def fault(
        self, file: Path | str, line: int | None, reason: str, *, column: str = "", value: str = ""
    ) -> None:
        name = str(file)
        if isinstance(file, Path) and file.is_relative_to(self.folder.parent.parent):
            name = str(file.relative_to(self.folder.parent.parent))
        self.problems.add(Problem(name, line, column or None, value or None, reason))

    def count(self, table: str, outcome: str) -> None:
        self.counts.setdefault(table, Counter())[outcome] += 1


def sync(
    context: LoadContext,
    model: type[models.Model],
    rows: Iterable[Mapping[str, Any]],
    *,
    key: str | tuple[str, ...],
    retire: str | None = "retired",
    scope: models.QuerySet[Any] | None = None,
) -> dict[Any, Any]:
    """Make the table say what the rows say; returns the objects by key.

    rows: complete field values. key: the field or fields that identify a row. retire: boolean field set for
    objects that have no row any more (None: delete them; only for tables that nobody else refers to).
    """
    keys = (key,) if isinstance(key, str) else key
    table = model._meta.db_table
    existing = {
        tuple(getattr(item, name) for name in keys): item
        for item in (model._default_manager.all() if scope is None else scope)
    }
    seen: dict[Any, Any] = {}
    new: list[models.Model] = []
    changed: list[models.Model] = []
    fields: set[str] = set()
    for row in rows:
        identity = tuple(row[name] for name in keys)
        item = existing.get(identity)
        if item is None:
            item = model(**row)
            new.append(item)
            context.count(table, "created")
        else:
            values = {**row, **({retire: False} if retire else {})}
            different = [name for name, value in values.items() if getattr(item, name) != value]
            for name in different:
                setattr(item, name, values[name])
            fields.update(different)
            if different:
                changed.append(item)
            context.count(table, "updated" if different else "unchanged")
        seen[identity] = item
    model._default_manager.bulk_create(new)
    if changed:
        model._default_manager.bulk_update(changed, sorted(fields))
    gone = [item for identity, item in existing.items() if identity not in seen]
    if retire is None:
        for item in gone:
            item.delete()
            context.count(table, "deleted")
    else:
        for item in gone:
            if not getattr(item, retire):
                setattr(item, retire, True)
                item.save(update_fields=[retire])
                context.count(table, "retired")
    return {identity[0] if len(keys) == 1 else identity: item for identity, item in seen.items()}


def folder_hash(folders: Iterable[Path]) -> str:
    """Hash over names and contents of all data files, so that an unchanged folder is not read again."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".csv", ".toml", ".geojson"}:
                digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@translation.override("en")
def load_city(slug: str, *, force: bool = False) -> LoadContext | None:
    """Load cities/<slug>. None: unchanged since the last time. Raises LoadError with all faults.

    Reasons of faults are English: those of the loaders are, and one list speaks one language.
    """
    folder = settings.CITIES_DIR / slug
    context = LoadContext(folder=folder, city_slug=slug)
    if not (folder / "city.toml").is_file():
        known = sorted(path.parent.name for path in settings.CITIES_DIR.glob("*/city.toml"))
        context.fault(folder / "city.toml", None, f"no such city; there are: {', '.join(known) or 'none'}")
        raise LoadError(context.problems)
    other = City.objects.exclude(slug=slug).first()
    if other is not None:
        context.fault(
            folder, None, f"this database belongs to {other.slug!r}; use another STEUERRAD_DATA_DIR"
        )
        raise LoadError(context.problems)
    fingerprint = folder_hash([folder, settings.INDEXES_DIR])
    present = City.objects.filter(slug=slug).first()
    if present is not None and present.data_hash == fingerprint and not force:
        return None
    with transaction.atomic():
        for loader in registry.loaders():
            loader.load(context)
            if context.problems and loader.order == 0:
                break  # without the city itself nothing else can be read
        if context.problems:
            raise LoadError(context.problems)
        city = City.objects.get(slug=slug)
        city.data_hash, city.loaded_at = fingerprint, clock.now()
        city.save(update_fields=["data_hash", "loaded_at"])
        outcome = {table: dict(counter) for table, counter in context.counts.items()}
        changes = {
            f"{table}.{name}": (0, number)
            for table, counter in outcome.items() for name, number in counter.items() if name != "unchanged"
        }  # fmt: skip
        if changes:
            record(None, "city.load", f"city:{slug}", title=city.name, changes=changes)
    context.city = city
    return context
