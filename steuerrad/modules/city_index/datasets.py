"""The tables of the index that everybody may take away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.city_index import audit_text
from steuerrad.modules.city_index.facts import printed
from steuerrad.modules.city_index.models import (
    Edition,
    IndexCity,
    Indicator,
    IndicatorMapping,
    RawValue,
    Result,
    TypedReport,
)
from steuerrad.modules.city_index.queries_audit import audit_document

Rows = Iterator[Mapping[str, Any]]
YEAR = Column("year", _("Edition"), "year")
CATEGORY = Column("category", _("Category"), description=_("Key of the category; empty = total"))
SOURCE = Column("source", _("Source"))
#: Rights in results lie with their publishers; facts are free, each row names where it was printed.
LICENCE = "CC BY 4.0"


def edition_rows(user: Any) -> Rows:
    for item in Edition.objects.prefetch_related("breaks"):
        yield {
            "year": item.year, "cities": item.cities, "indicators": item.indicator_count,
            "parameters": item.parameters, "data_points": item.data_points, "collected": item.collected,
            "method_breaks": " | ".join(part.note for part in item.breaks.all()),
        }  # fmt: skip


def city_rows(user: Any) -> Rows:
    yield from IndexCity.objects.values("key", "name", "state", "population", "population_source")


def indicator_rows(user: Any) -> Rows:
    found = Indicator.objects.select_related("category__edition").order_by(
        "category__edition__year", "category__order", "order"
    )
    for item in found:
        yield {
            "year": item.category.edition.year, "category": item.category.key, "category_name": item.category.name,
            "key": item.key, "name": item.name, "kind": item.kind, "maximum": item.maximum,
            "parameters": item.parameters, "list_complete": item.category.list_complete, "source": item.source,
        }  # fmt: skip


def mapping_rows(user: Any) -> Rows:
    for item in IndicatorMapping.objects.select_related("from_edition", "to_edition"):
        yield {
            "from_year": item.from_edition.year, "to_year": item.to_edition.year, "category": item.category_key,
            "from_name": item.from_name, "to_name": item.to_name, "relation": item.relation,
            "comparable": item.comparable, "basis": item.basis,
        }  # fmt: skip


def result_rows(user: Any) -> Rows:
    """Printed results; score is written with as many decimals as were printed."""
    found = Result.objects.order_by("edition__year", "category_key", "indicator", "city__key", "source")
    columns = ("edition__year", "city__key", "category_key", "indicator", "score", "decimals", "rank", "tendency",
               "source", "basis", "note")  # fmt: skip
    for year, city, category, indicator, score, decimals, *rest in found.values_list(*columns).iterator():
        yield {
            "year": year, "city": city, "category": category, "indicator": indicator,
            "score": None if score is None else printed(score, decimals),
            **dict(zip(("rank", "tendency", "source", "basis", "note"), rest, strict=True)),
        }  # fmt: skip


def raw_rows(user: Any) -> Rows:
    for item in RawValue.objects.select_related("edition", "city").order_by(
        "edition__year", "quantity", "pk"
    ):
        yield {
            "year": item.edition.year, "city": item.city.key if item.city else "", "quantity": item.quantity,
            "value": item.value, "unit": item.unit, "note": item.note, "source": item.source,
        }  # fmt: skip


def finding_rows(user: Any) -> Rows:
    """What the checks of all typed tables found."""
    for report in TypedReport.objects.select_related("city", "edition__index"):
        for finding in audit_document(report.city, report.edition, report.document).findings:
            yield {
                "city": report.city.key, "year": report.edition.year, "document": report.document,
                "line": finding.place.line, "rule": finding.rule, "severity": finding.severity,
                "certainty": finding.certainty, "category": finding.place.category, "row": finding.place.row,
                "column": finding.place.column, "printed": finding.printed,
                "follows": None if finding.follows is None else finding.follows.value,
                "message": audit_text.message(finding), "id": finding.id, "caused_by": finding.caused_by,
            }  # fmt: skip


DATASETS = (
    Dataset(
        "city_index.editions", _("Index: editions"), _("Sizes and changes of method of every edition"),
        (YEAR, Column("cities", _("Cities"), "integer"), Column("indicators", _("Indicators"), "integer"),
         Column("parameters", _("Parameters"), "integer"), Column("data_points", _("Data points"), "integer"),
         Column("collected", _("Collected")), Column("method_breaks", _("Changes of method"))),
        edition_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.cities", _("Index: cities"), _("Cities that take part"),
        (Column("key", _("Key")), Column("name", _("Name")), Column("state", _("Federal state")),
         Column("population", _("Inhabitants"), "integer"), Column("population_source", _("Source"))),
        city_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.indicators", _("Index: indicators"), _("Indicators of every edition as far as they are known"),
        (YEAR, CATEGORY, Column("category_name", _("Name of the category")), Column("key", _("Key")),
         Column("name", _("Name")), Column("kind", _("Kind")), Column("maximum", _("Maximum"), "decimal"),
         Column("parameters", _("Parameters")), Column("list_complete", _("List is complete"), "boolean"), SOURCE),
        indicator_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.mappings", _("Index: mappings"), _("How indicators of an edition relate to those of the next"),
        (Column("from_year", _("Edition before"), "year"), Column("to_year", _("Edition"), "year"), CATEGORY,
         Column("from_name", _("Before")), Column("to_name", _("After")), Column("relation", _("Relation")),
         Column("comparable", _("Comparable"), "boolean"), Column("basis", _("Reason"))),
        mapping_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.results", _("Index: results"), _("Printed scores and ranks of all cities, one row a source"),
        (YEAR, Column("city", _("City")), CATEGORY,
         Column("indicator", _("Indicator"), description=_("Empty = the whole category")),
         Column("score", _("Points"), description=_("As printed")), Column("rank", _("Rank"), "integer"),
         Column("tendency", _("Printed tendency"), "integer"), SOURCE, Column("basis", _("Basis")),
         Column("note", _("Note"))),
        result_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.raw_values", _("Index: raw values"), _("Quantities behind indicators"),
        (YEAR, Column("city", _("City"), description=_("Empty = mean of the cities")),
         Column("quantity", _("Quantity")), Column("value", _("Value"), "decimal"), Column("unit", _("Unit")),
         Column("note", _("Note")), SOURCE),
        raw_rows, licence=LICENCE,
    ),
    Dataset(
        "city_index.findings", _("Index: findings"), _("What checks of typed results found"),
        (Column("city", _("City")), YEAR, Column("document", _("Document")), Column("line", _("Line"), "integer"),
         Column("rule", _("Rule")), Column("severity", _("Severity")), Column("certainty", _("Certainty")),
         Column("category", _("Category")), Column("row", _("Row")), Column("column", _("Column")),
         Column("printed", _("Printed")), Column("follows", _("What follows"), "decimal"),
         Column("message", _("Finding")), Column("id", _("Id")), Column("caused_by", _("Caused by"))),
        finding_rows, licence=LICENCE,
    ),
)  # fmt: skip
