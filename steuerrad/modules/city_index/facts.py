"""From the tables to the facts that the rules reason with: structures, published figures, typed documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from django.db.models import Q

from steuerrad.engines.scoring import AggregationRule
from steuerrad.modules.city_index.models import (
    Category,
    Edition,
    Index,
    IndexCity,
    Indicator,
    IndicatorMapping,
    Result,
    TypedReport,
    TypedStatement,
)
from steuerrad.modules.city_index.rules import structure, typed
from steuerrad.modules.city_index.rules.known import KnownFigure

#: What of the claims of other documents is a figure that another source can be held against.
CLAIMED = ("score", "rank", "rank_change", "indicator")
RULE_KINDS = ("sum_over_max", "mean", "weighted_mean")


def printed(score: Decimal, decimals: int | None) -> str:
    """A score as its source printed it, with a full stop: 59.60 with one decimal is "59.6"."""
    if decimals is None:
        return format(score.normalize(), "f")
    return f"{score:.{decimals}f}"


def aggregation(rules: Mapping[str, Any], part: str) -> AggregationRule:
    """The rule "category" or "total" of index.toml. Raises ValueError for one that the engine does not know."""
    data = rules.get("aggregation", {}).get(part, {})
    kind = data.get("kind")
    if kind not in RULE_KINDS:
        raise ValueError(f"aggregation.{part}: unknown kind {kind!r}")
    scale = Fraction(str(data.get("indicator_maximum", rules.get("scale_max", 100))))
    return AggregationRule(kind, Fraction(str(data.get("bonus_share", 0))), scale)


def structures(index: Index, names: Mapping[str, str] | None = None) -> dict[int, structure.EditionStructure]:
    """Every edition's structure by year, in three queries.

    names: {category key: name} to use in all editions, so that a renamed category stays one and the same.
    """
    rule, total_rule = aggregation(index.rules, "category"), aggregation(index.rules, "total")
    indicators: dict[int, list[structure.IndicatorSpec]] = {}
    for item in Indicator.objects.filter(category__edition__index=index).order_by("category_id", "order"):
        maximum = None if item.maximum is None else Fraction(item.maximum)
        kind: structure.PartKind = "pilot" if item.kind == Indicator.PILOT else "indicator"
        indicators.setdefault(item.category_id, []).append(structure.IndicatorSpec(item.name, kind, maximum))
    categories: dict[int, list[structure.CategoryStructure]] = {}
    for category in Category.objects.filter(edition__index=index).order_by("edition_id", "order"):
        categories.setdefault(category.edition_id, []).append(
            structure.CategoryStructure(
                (names or {}).get(category.key, category.name),
                tuple(indicators.get(category.pk, ())),
                category.list_complete,
            )
        )
    return {
        edition.year: structure.EditionStructure(
            edition.year, tuple(categories.get(edition.pk, ())), rule, total_rule, edition.cities,
            edition.indicator_count,
        )
        for edition in Edition.objects.filter(index=index)
    }  # fmt: skip


def category_names(edition: Edition) -> dict[str, str]:
    """{category key: name in this edition}."""
    return dict(Category.objects.filter(edition=edition).values_list("key", "name"))


def mappings(edition: Edition, names: Mapping[str, str]) -> tuple[structure.IndicatorMapping, ...]:
    """How the indicators of an edition relate to those of the one before; new and dropped ones have no line."""
    known = ("same", "renamed", "split", "merged", "narrower", "broader", "different")
    rows = IndicatorMapping.objects.filter(to_edition=edition).select_related("from_edition")
    return tuple(
        structure.IndicatorMapping(
            edition.year, row.from_edition.year, names.get(row.category_key, row.category_key), row.to_name,
            row.from_name, cast(structure.Relation, relation_of(row)),
        )
        for row in rows if row.relation in known and row.from_name and row.to_name
    )  # fmt: skip


def relation_of(row: IndicatorMapping) -> str:
    """The relation as the rules know it. What the data calls the same or renamed, but not comparable, is broader or
    narrower in a way that nobody published: the rules treat it as something else."""
    return row.relation if row.comparable or row.relation not in ("same", "renamed") else "different"


def known_figures(
    editions: Iterable[Edition],
    names: Mapping[str, str] | None = None,
    *,
    city: IndexCity | None = None,
    indicators: bool = True,
) -> tuple[KnownFigure, ...]:
    """Published figures of these editions: of one city or of all, with or without single indicators.

    names: {category key: name} for all editions; without, each edition's own names.
    """  # fmt: skip
    by_id = {edition.pk: edition for edition in editions}
    own = {
        (edition, key): name
        for edition, key, name in Category.objects.filter(edition__in=by_id).values_list("edition_id", "key", "name")
    }  # fmt: skip
    results = Result.objects.filter(edition__in=by_id).order_by("pk")
    if city is not None:
        results = results.filter(city=city)
    if not indicators:
        results = results.filter(indicator="")
    found: list[KnownFigure] = []
    columns = ("edition_id", "city__name", "category_key", "indicator", "score", "decimals", "rank", "source")
    for edition, name, key, indicator, score, decimals, rank, source in results.values_list(*columns):
        category = ((names or {}).get(key) or own.get((edition, key), key)) if key else None
        year = by_id[edition].year
        if score is not None:
            quantity: typed.Quantity = "indicator" if indicator else "score"
            found.append(
                KnownFigure(
                    year, name, category, indicator or None, quantity, printed(score, decimals), source
                )
            )
        if rank is not None and not indicator:
            found.append(KnownFigure(year, name, category, None, "rank", str(rank), source))
    return tuple(found)


def edition_figures(editions: Iterable[Edition]) -> tuple[KnownFigure, ...]:
    """What is known of the size of editions."""
    found: list[KnownFigure] = []
    for edition in editions:
        sizes: dict[typed.Quantity, int | None] = {
            "cities": edition.cities, "indicators": edition.indicator_count, "parameters": edition.parameters,
            "data_points": edition.data_points,
        }  # fmt: skip
        found += [
            KnownFigure(edition.year, "", None, None, quantity, str(value), edition.index.name)
            for quantity, value in sizes.items() if value is not None
        ]  # fmt: skip
    return tuple(found)


def claimed_figures(
    city: IndexCity, names: Mapping[str, str], *, without: str = ""
) -> tuple[KnownFigure, ...]:
    """What other documents say about the city, as figures to hold against."""
    statements = TypedStatement.objects.filter(city=city, report=None, quantity__in=CLAIMED).exclude(
        document=without
    )
    return tuple(
        KnownFigure(
            item.edition.year, city.name, names.get(item.category_key) if item.category_key else None,
            item.name or None, cast(typed.Quantity, quantity_of(item)), item.value, item.document,
        )
        for item in statements.select_related("edition")
    )  # fmt: skip


def quantity_of(statement: TypedStatement) -> str:
    """A claimed score of an indicator is what the rules call "indicator"."""
    return "indicator" if statement.quantity == "score" and statement.name else statement.quantity


def documents(city: IndexCity, edition: Edition) -> list[str]:
    """Keys of what can be audited for a city and an edition: typed tables first, then claims of other documents."""
    reports = TypedReport.objects.filter(city=city, edition=edition).order_by("document")
    claims = TypedStatement.objects.filter(Q(city=city) | Q(city=None), report=None, edition=edition)
    keys = [
        *reports.values_list("document", flat=True),
        *claims.order_by("document").values_list("document", flat=True),
    ]
    return list(dict.fromkeys(keys))


def typed_report(
    city: IndexCity, edition: Edition, document: str, names: Mapping[str, str]
) -> typed.TypedReport:
    """A document as the rules read it. Raises TypedReport.DoesNotExist when nothing of it is typed."""
    report = TypedReport.objects.filter(city=city, edition=edition, document=document).first()
    if report is not None:
        statements = report.statements.select_related("edition")
    else:
        statements = TypedStatement.objects.filter(
            Q(city=city) | Q(city=None), report=None, document=document, edition=edition
        ).select_related("edition")
        if not statements:
            raise TypedReport.DoesNotExist(document)
    return typed.TypedReport(
        city.name,
        edition.year,
        report.previous.year if report is not None and report.previous is not None else None,
        tuple(
            typed.TypedRow(
                names.get(row.category_key, row.category_key), cast(typed.RowKind, row.kind), row.name, row.value,
                row.change, row.previous_name, row.previous_value, "", row.line,
            )
            for row in (report.rows.all() if report is not None else ())
        ),
        tuple(
            typed.TypedStatement(
                item.line, names.get(item.category_key, "") if item.category_key else "",
                cast(typed.Quantity, quantity_of(item)), item.name, item.edition.year, item.value,
            )
            for item in statements if quantity_of(item) in typed.QUANTITIES
        ),
        document,
    )  # fmt: skip
