"""Reads the files of strategy/ into rows, each cell checked, each fault with file, line, column and reason.

Nothing is written here, so that one run reports the faults of all files. References between files are
checked against the codes of the files themselves; organisations against the database, where their own loader
has put them just before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.loaders import cells
from steuerrad.modules.strategy.models import (
    Field,
    FundingMention,
    Kpi,
    KpiValue,
    Measure,
    MeasureDocument,
    MeasureOrganisation,
    System,
    Target,
    Theme,
)
from steuerrad.modules.strategy.models.kpis import DIRECTIONS, KINDS, QUALITIES
from steuerrad.modules.strategy.rules.states import Status, period
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.organisations.models import Organisation

SOURCE = ("document", "line")


@dataclass
class StrategyFiles:
    """Field values by code, references still as codes under a leading underscore."""

    themes: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    participations: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    kpis: dict[str, dict[str, Any]] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: list[dict[str, Any]] = field(default_factory=list)
    systems: dict[str, dict[str, Any]] = field(default_factory=dict)
    funding: list[dict[str, Any]] = field(default_factory=list)


def read_strategy(context: LoadContext) -> StrategyFiles:
    files = StrategyFiles()
    organisations_sound = not context.problems
    read_themes(context, files)
    read_fields(context, files)
    read_measures(context, files)
    read_participations(context, files, organisations_sound)
    read_measure_documents(context, files)
    read_kpis(context, files)
    read_supply(context, files)
    read_targets(context, files)
    read_values(context, files)
    read_systems(context, files)
    read_funding(context, files)
    return files


def read_themes(context: LoadContext, files: StrategyFiles) -> None:
    optional = ("section", "name_en", "goal", *SOURCE)
    for order, row in enumerate(
        rows_of(context, "strategy/themes.csv", required=("code", "name"), optional=optional, key="code")
    ):
        files.themes[row.text("code")] = cells.fits(row, Theme, {
            "code": cells.code(row, "code"), "section": row.text("section"), "name": row.needed("name"),
            "name_en": row.text("name_en"), "goal": row.text("goal"), "order": order, **cells.source(row),
        })  # fmt: skip


def read_fields(context: LoadContext, files: StrategyFiles) -> None:
    optional = ("section", "name_en", "aliases", "kpi_prefix_as_printed", *SOURCE)
    for order, row in enumerate(
        rows_of(
            context,
            "strategy/fields.csv",
            required=("code", "theme", "name"),
            optional=optional,
            key="code",
        )
    ):
        files.fields[row.text("code")] = cells.fits(row, Field, {
            "code": cells.code(row, "code"), "section": row.text("section"), "name": row.needed("name"),
            "name_en": row.text("name_en"), "aliases": row.text("aliases"),
            "kpi_prefix_as_printed": row.text("kpi_prefix_as_printed"), "order": order, **cells.source(row),
        }) | {"_theme": cells.known(row, "theme", files.themes, "theme")}  # fmt: skip


def read_measures(context: LoadContext, files: StrategyFiles) -> None:
    required = ("number", "title", "field", "status")
    optional = (
        "number_as_printed", "period_as_printed", "start", "end", "status_as_printed", "funding", "summary",
        "line_end", *SOURCE,
    )  # fmt: skip
    name = "strategy/measures.csv"
    for order, row in enumerate(rows_of(context, name, required=required, optional=optional, key="number")):
        start, end = row.year("start"), row.year("end")
        if start is not None and end is not None and start > end:
            row.fault("start", f"is after the end {end}")
        sources = cells.source(row)
        last = cells.line(row, "line_end")
        if last is not None and sources["line"] is not None and last < sources["line"]:
            row.fault("line_end", f"is before the first line {sources['line']}")
        printed = row.text("period_as_printed")
        files.measures[row.text("number")] = cells.fits(row, Measure, {
            "number": cells.code(row, "number"), "number_as_printed": row.text("number_as_printed"),
            "title": row.needed("title"), "summary": row.text("summary"), "period_as_printed": printed,
            "period_kind": period(printed, start, end).kind.value, "start_year": start, "end_year": end,
            "status_as_printed": row.text("status_as_printed"), "funding": row.text("funding"),
            "line_end": last, "order": order, **sources,
        }) | {
            "_field": cells.known(row, "field", files.fields, "field of action"),
            "_status": cells.choice(row, "status", tuple(Status)),
        }  # fmt: skip


def read_participations(context: LoadContext, files: StrategyFiles, organisations_sound: bool) -> None:
    """organisations_sound: their own file had no faults; otherwise each would be reported twice."""
    organisations = set(Organisation.objects.filter(retired=False).values_list("key", flat=True))
    key = ("measure", "organisation", "role")
    roles = tuple(role for role, _ in MeasureOrganisation.ROLES)
    name = "strategy/measure_organisations.csv"
    for row in rows_of(context, name, required=key, optional=SOURCE, key=key, must_exist=False):
        organisation = row.needed("organisation")
        if organisations_sound and organisation and organisation not in organisations:
            row.fault("organisation", "unknown organisation; see organisations.csv")
        values = {"role": cells.choice(row, "role", roles), **cells.source(row)}
        files.participations.append(cells.fits(row, MeasureOrganisation, values) | {
            "_measure": cells.known(row, "measure", files.measures, "measure"), "_organisation": organisation,
        })  # fmt: skip


def read_measure_documents(context: LoadContext, files: StrategyFiles) -> None:
    name, key = "strategy/measure_documents.csv", ("measure", "title")
    for row in rows_of(context, name, required=key, optional=("url", *SOURCE), key=key, must_exist=False):
        values = {"title": row.needed("title"), "url": cells.address(row, "url"), **cells.source(row)}
        files.documents.append(
            cells.fits(row, MeasureDocument, values)
            | {"_measure": cells.known(row, "measure", files.measures, "measure")}
        )


def read_kpis(context: LoadContext, files: StrategyFiles) -> None:
    optional = (
        "id_as_printed", "marked", "unit", "direction", "kind", "references", "sdg", "measure", *SOURCE
    )  # fmt: skip
    name = "strategy/kpis.csv"
    for order, row in enumerate(
        rows_of(
            context, name, required=("id", "name", "field"), optional=optional, key="id", must_exist=False
        )
    ):
        # A measure that does not exist is no fault of the file: the strategy may print it so. The audit tells.
        files.kpis[row.text("id")] = cells.fits(row, Kpi, {
            "code": cells.code(row, "id"), "code_as_printed": row.text("id_as_printed"),
            "marked": row.boolean("marked"), "name": row.needed("name"), "unit": row.text("unit"),
            "direction": cells.choice(row, "direction", DIRECTIONS, needed=False),
            "kind": cells.choice(row, "kind", KINDS, needed=False), "references": row.text("references"),
            "sdg": row.text("sdg"), "measure_as_printed": row.text("measure"), "supplied_by": "",
            "order": order, **cells.source(row),
        }, {"code": "id", "code_as_printed": "id_as_printed", "measure_as_printed": "measure"}) | {
            "_field": cells.known(row, "field", files.fields, "field of action")
        }  # fmt: skip


def read_supply(context: LoadContext, files: StrategyFiles) -> None:
    """Which KPI of the city a running module computes."""
    required, name = ("kpi", "supplied_by"), "strategy/kpi_supply.csv"
    for row in rows_of(context, name, required=required, key="kpi", must_exist=False):
        code = cells.known(row, "kpi", files.kpis, "KPI")
        contribution = row.needed("supplied_by")
        if contribution and registry.kpi(contribution) is None:
            row.fault("supplied_by", "no module that runs here computes this")
        elif code in files.kpis:
            files.kpis[code]["supplied_by"] = contribution


def read_targets(context: LoadContext, files: StrategyFiles) -> None:
    optional = (
        "kpi", "measure", "field", "value", "value_high", "unit", "year_from", "year", "qualifier", "as_printed",
        *SOURCE,
    )  # fmt: skip
    name, required = "strategy/targets.csv", ("id", "type", "subject")
    for row in rows_of(context, name, required=required, optional=optional, key="id", must_exist=False):
        value, high = cells.number(row, "value"), cells.number(row, "value_high")
        if high is not None and (value is None or high < value):
            row.fault("value_high", "needs a value that is not above it")
        files.targets[row.text("id")] = cells.fits(row, Target, {
            "code": cells.code(row, "id"), "type": cells.choice(row, "type", Target.TYPES),
            "subject": row.needed("subject"), "value": value, "value_high": high, "unit": row.text("unit"),
            "year": years(row), "qualifier": cells.choice(row, "qualifier", Target.QUALIFIERS, needed=False),
            "as_printed": row.text("as_printed"), **cells.source(row),
        }, {"code": "id"}) | {
            "_kpi": cells.known(row, "kpi", files.kpis, "KPI", needed=False),
            "_measure": cells.known(row, "measure", files.measures, "measure", needed=False),
            "_field": cells.known(row, "field", files.fields, "field of action", needed=False),
        }  # fmt: skip


def years(row: CityRow) -> str:
    """ "2030", or "2021-2026" where the file gives both years."""
    first, last = row.year("year_from"), row.year("year")
    if first is None:
        return str(last or "")
    if last is None or first > last:
        row.fault("year_from", "needs a year that is not before it")
    return f"{first}-{last}"


def read_values(context: LoadContext, files: StrategyFiles) -> None:
    required, optional = ("kpi", "date", "value", "quality", "source"), ("unit", "note", *SOURCE)
    name, key, today = "strategy/values.csv", ("kpi", "date"), clock.today()
    for row in rows_of(context, name, required=required, optional=optional, key=key, must_exist=False):
        kpi = cells.known(row, "kpi", files.kpis, "KPI")
        day = row.date("date") if row.needed("date") else None
        if day is not None and day > today:
            row.fault("date", "lies in the future")
        value = cells.number(row, "value") if row.needed("value") else None
        unit = row.text("unit")
        if unit and kpi in files.kpis and unit != files.kpis[kpi]["unit"]:
            row.fault("unit", f"the KPI's unit is {files.kpis[kpi]['unit'] or 'not given'}")
        values = {
            "date": day, "value": value, "quality": cells.choice(row, "quality", QUALITIES),
            "source": row.needed("source"), "note": row.text("note"), **cells.source(row),
        }  # fmt: skip
        files.values.append(cells.fits(row, KpiValue, values) | {"_kpi": kpi})


def read_systems(context: LoadContext, files: StrategyFiles) -> None:
    required = ("id", "name")
    optional = ("name_de", "module", "measures", "job", "job_de", "stands_on", *SOURCE)
    name = "strategy/systems.csv"
    for row in rows_of(context, name, required=required, optional=optional, key="id", must_exist=False):
        measures = row.listed("measures")
        for number in measures:
            if number not in files.measures:
                row.fault("measures", f"unknown measure {number}")
        module = row.text("module")
        if module and not cells.MODULE.fullmatch(module):
            row.fault("module", "use lower-case letters, digits and underscores")
        files.systems[row.text("id")] = cells.fits(row, System, {
            "code": cells.code(row, "id"), "name": row.text("name_de") or row.needed("name"), "module": module,
            "job": row.text("job"), "job_de": row.text("job_de"), "stands_on": row.text("stands_on"),
            **cells.source(row),
        }, {"code": "id"}) | {"_measures": frozenset(measures)}  # fmt: skip


def read_funding(context: LoadContext, files: StrategyFiles) -> None:
    """Where the strategy's text names a measure as funded, for the audit of the funding marks."""
    name, key = "strategy/funding_mentions.csv", ("funding", "phase", "measure")
    optional = ("as_printed", *SOURCE)
    for row in rows_of(context, name, required=key, optional=optional, key=key, must_exist=False):
        values = {
            "funding": row.needed("funding"), "phase": row.text("phase"), "as_printed": row.text("as_printed"),
            **cells.source(row),
        }  # fmt: skip
        files.funding.append(
            cells.fits(row, FundingMention, values)
            | {"_measure": cells.known(row, "measure", files.measures, "measure")}
        )
