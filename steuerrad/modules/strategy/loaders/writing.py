"""Writes the checked rows of the strategy's files. Runs in the loader's transaction, and can be repeated."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Q

from steuerrad.kernel import clock
from steuerrad.modules.strategy.loaders.reading import StrategyFiles
from steuerrad.modules.strategy.loaders.values import write_values
from steuerrad.modules.strategy.models import (
    Field,
    FundingMention,
    Kpi,
    Measure,
    MeasureDocument,
    MeasureOrganisation,
    MeasureStatus,
    System,
    Target,
    Theme,
)
from steuerrad.modules.strategy.rules.states import Status, needs_reason
from steuerrad.platform.city.loading import LoadContext, sync
from steuerrad.platform.city.models import City
from steuerrad.platform.organisations.models import Organisation

MEASURES = "strategy/measures.csv"
# Entries that the loader wrote begin with this, so that it can tell them from those that people made.
FROM_FILE = "measures.csv"
FILE_CHANGED = "city file changed"


def write_strategy(context: LoadContext, files: StrategyFiles) -> None:
    themes = sync(context, Theme, [plain(row) for row in files.themes.values()], key="code")
    fields = sync(
        context,
        Field,
        [plain(row) | {"theme_id": themes[row["_theme"]].pk} for row in files.fields.values()],
        key="code",
    )
    measures = write_measures(context, files, fields)
    if context.problems:
        return
    write_participations(context, files, measures)
    documents = [plain(row) | {"measure_id": measures[row["_measure"]].pk} for row in files.documents]
    sync(context, MeasureDocument, documents, key=("measure_id", "title"))
    kpis = sync(context, Kpi, [
        plain(row) | {
            "field_id": fields[row["_field"]].pk, "measure_id": pk(measures, row["measure_as_printed"])
        } for row in files.kpis.values()
    ], key="code")  # fmt: skip
    sync(context, Target, [
        plain(row) | {
            "kpi_id": pk(kpis, row["_kpi"]), "measure_id": pk(measures, row["_measure"]),
            "field_id": pk(fields, row["_field"]),
        } for row in files.targets.values()
    ], key="code")  # fmt: skip
    write_values(context, files.values, kpis)
    write_systems(context, files, measures)
    mentions = [plain(row) | {"measure_id": measures[row["_measure"]].pk} for row in files.funding]
    sync(context, FundingMention, mentions, key=("funding", "phase", "measure_id"))


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row without its references."""
    return {name: value for name, value in row.items() if not name.startswith("_")}


def pk(objects: dict[Any, Any], code: str) -> int | None:
    return objects[code].pk if code in objects else None


def write_measures(context: LoadContext, files: StrategyFiles, fields: dict[Any, Any]) -> dict[Any, Any]:
    """The measures, and an entry of their history for each status that the file tells anew."""
    as_of = City.objects.values_list("strategy_as_of", flat=True).get(slug=context.city_slug)
    if as_of is None:
        context.fault(
            context.folder / "city.toml", None,
            "is missing: the day from which the status of the measures is known", column="strategy.as_of",
        )  # fmt: skip
        return {}
    history: dict[str, list[MeasureStatus]] = defaultdict(list)
    for entry in MeasureStatus.objects.select_related("measure"):  # oldest first
        history[entry.measure.number].append(entry)
    rows, told = [], []
    replaced = {item.number: item for item in Measure.objects.filter(replaced=True)}
    for number, row in files.measures.items():
        if number in replaced:  # people have merged or split it; the file does not bring it back
            context.count(Measure._meta.db_table, "unchanged")
            continue
        entry = told_anew(row, history[number])
        if entry is not None:
            entry.since = as_of
            told.append((number, entry))
            history[number] = sorted([*history[number], entry], key=lambda item: item.since)
        rows.append(plain(row) | {
            "field_id": fields[row["_field"]].pk, "status": history[number][-1].status, "made_here": False,
        })  # fmt: skip
    made_here = Q(made_here=True) & ~Q(number__in=list(files.measures))  # not the file's to retire
    own = Measure.objects.exclude(replaced=True).exclude(made_here)
    measures = sync(context, Measure, rows, key="number", scope=own) | replaced
    for number, entry in told:
        entry.measure = measures[number]
        context.count(MeasureStatus._meta.db_table, "created")
    MeasureStatus.objects.bulk_create([entry for _, entry in told])
    return measures


def told_anew(row: dict[str, Any], entries: list[MeasureStatus]) -> MeasureStatus | None:
    """A new entry when the file tells another status than it told the last time; entries: oldest first."""
    before = [
        entry for entry in entries if entry.recorded_by_id is None and entry.source.startswith(FROM_FILE)  # type: ignore[attr-defined]
    ]  # fmt: skip
    last = max(before, key=lambda entry: (entry.recorded_at, entry.pk)) if before else None
    if last is not None and last.status == row["_status"]:
        return None
    place = ", ".join(
        part for part in (row["document"], f"line {row['line']}" if row["line"] else "") if part
    )
    backwards = last is not None and needs_reason(Status(last.status), Status(row["_status"]))
    return MeasureStatus(
        status=row["_status"], recorded_at=clock.now(), reason=FILE_CHANGED if backwards else "",
        source=f"{FROM_FILE}: {place}" if place else FROM_FILE,
    )  # fmt: skip


def write_participations(context: LoadContext, files: StrategyFiles, measures: dict[Any, Any]) -> None:
    organisations = dict(Organisation.objects.values_list("key", "pk"))
    sync(context, MeasureOrganisation, [
        plain(row) | {
            "measure_id": measures[row["_measure"]].pk, "organisation_id": organisations[row["_organisation"]]
        } for row in files.participations
    ], key=("measure_id", "organisation_id", "role"),
        scope=MeasureOrganisation.objects.filter(measure__made_here=False))  # fmt: skip


def write_systems(context: LoadContext, files: StrategyFiles, measures: dict[Any, Any]) -> None:
    systems = sync(context, System, [plain(row) for row in files.systems.values()], key="code")
    tied: dict[int, set[int]] = defaultdict(set)
    for system, measure in System.measures.through.objects.values_list("system_id", "measure_id"):
        tied[system].add(measure)
    for code, row in files.systems.items():
        wanted = {measures[number].pk for number in row["_measures"]}
        if tied[systems[code].pk] != wanted:
            systems[code].measures.set(wanted)
            context.count(System.measures.through._meta.db_table, "updated")
