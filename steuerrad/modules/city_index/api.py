"""The index over the API: everything to read."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field as Item
from ninja import Router
from ninja.errors import HttpError

from steuerrad.modules.city_index import schemas as shapes
from steuerrad.modules.city_index.audit_json import audit_data, verdict_data
from steuerrad.modules.city_index.facts import printed
from steuerrad.modules.city_index.models import Edition, Index, IndexCity, Indicator, Result
from steuerrad.modules.city_index.queries import editions, load_field, standings
from steuerrad.modules.city_index.queries_audit import audits, verdicts
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader
from steuerrad.platform.http_api.shapes import Page

router = Router(auth=reader)
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=1000)]
Year = Annotated[int, Item(ge=1900, le=2100)]
READ: dict[int, Any] = {404: Error}


def known_editions() -> list[Edition]:
    index = Index.objects.first()
    return editions(index) if index is not None else []


def edition_of(year: int) -> Edition:
    found = next((item for item in known_editions() if item.year == year), None)
    if found is None:
        raise HttpError(404, f"There is no edition {year}.")
    return found


@router.get(
    "/editions", response=list[shapes.EditionOut], summary="All editions with categories and method breaks"
)
def list_editions(request: HttpRequest) -> Any:
    return [edition_data(item) for item in known_editions()]


def edition_data(item: Edition) -> dict[str, Any]:
    return {
        "year": item.year, "cities": item.cities, "indicators": item.indicator_count, "parameters": item.parameters,
        "data_points": item.data_points, "collected": item.collected,
        "categories": [
            {"key": part.key, "name": part.name, "list_complete": part.list_complete} for part in item.categories.all()
        ],
        "breaks": [
            {"category": part.category_key, "indicator": part.indicator, "note": part.note, "source": part.source}
            for part in item.breaks.all()
        ],
    }  # fmt: skip


@router.get("/cities", response=list[shapes.CityOut], summary="All cities of the index")
def list_cities(request: HttpRequest) -> Any:
    return IndexCity.objects.all()


@router.get(
    "/indicators", response=list[shapes.IndicatorOut], summary="Indicators of all editions, or of one"
)
def list_indicators(
    request: HttpRequest, edition: Annotated[int | None, Item(ge=1900, le=2100)] = None
) -> Any:
    found = Indicator.objects.select_related("category__edition").order_by(
        "category__edition__year", "category__order", "order"
    )
    if edition is not None:
        found = found.filter(category__edition__year=edition)
    return [
        {
            "edition": item.category.edition.year, "category": item.category.key, "key": item.key, "name": item.name,
            "kind": item.kind, "maximum": None if item.maximum is None else format(item.maximum.normalize(), "f"),
            "parameters": item.parameters,
        }
        for item in found
    ]  # fmt: skip


@router.get("/results", response=Page[shapes.ResultOut], summary="Printed results, one row a source")
def list_results(
    request: HttpRequest, edition: Annotated[int | None, Item(ge=1900, le=2100)] = None, city: shapes.Word = "",
    category: shapes.Word | None = None, indicator: shapes.Word | None = None, offset: Offset = 0, limit: Limit = 100,
) -> Any:  # fmt: skip
    found = Result.objects.select_related("city", "edition").order_by(
        "edition__year", "category_key", "indicator", "city__key", "source"
    )
    if edition is not None:
        found = found.filter(edition__year=edition)
    if city:
        found = found.filter(city__key=city)
    if category is not None:
        found = found.filter(category_key=category)
    if indicator is not None:
        found = found.filter(indicator=indicator)
    return {
        "items": [result_data(item) for item in found[offset : offset + limit]], "total": found.count(),
        "offset": offset, "limit": limit,
    }  # fmt: skip


def result_data(item: Result) -> dict[str, Any]:
    return {
        "edition": item.edition.year, "city": item.city.key, "category": item.category_key,
        "indicator": item.indicator, "score": None if item.score is None else printed(item.score, item.decimals),
        "rank": item.rank, "tendency": item.tendency, "source": item.source, "basis": item.basis, "note": item.note,
    }  # fmt: skip


@router.get(
    "/editions/{year}/ranking", response={200: list[shapes.StandingOut], **READ},
    summary="All cities of an edition with known and possible ranks and scores",
)  # fmt: skip
def ranking(request: HttpRequest, year: Year, category: shapes.Word = "") -> Any:
    edition = edition_of(year)
    if category and all(item.key != category for item in edition.categories.all()):
        raise HttpError(404, f"{year} has no such category.")
    loaded = load_field([edition], category=category)
    return [
        {
            "city": item.city.key, "rank": item.known.rank,
            "score": item.known.score_text if item.known.scores and not item.known.score_conflict else None,
            "possible_ranks": item.rank,
            "possible_scores": {"low": f"{float(item.score.lo):.3f}", "high": f"{float(item.score.hi):.3f}"},
            "sources_disagree": item.known.conflict, "sources": list(item.known.sources),
        }
        for item in standings(IndexCity.objects.all(), edition, loaded.all(edition, category))
    ]  # fmt: skip


@router.get(
    "/editions/{year}/verdicts", response={200: list[shapes.VerdictOut], **READ},
    summary="Which published scores follow from published parts",
)  # fmt: skip
def list_verdicts(request: HttpRequest, year: Year) -> Any:
    return [verdict_data(item) for item in verdicts([edition_of(year)])]


@router.get(
    "/editions/{year}/audit/{city}", response={200: dict[str, Any], **READ},
    summary="What the check of a city's typed documents found",
)  # fmt: skip
def audit(
    request: HttpRequest, year: Year, city: Annotated[shapes.Word, Item(pattern=r"^[^\x00/]+$")]
) -> Any:
    edition = edition_of(year)
    found = IndexCity.objects.filter(key=city).first()
    if found is None:
        raise HttpError(404, "The index has no such city.")
    return audit_data(found, edition, audits(found, edition))
