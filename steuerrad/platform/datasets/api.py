"""Data sets over the API, a slice of rows at a time."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.encoding import force_str
from ninja import Router, Schema
from ninja.params.functions import Query

from steuerrad.platform.datasets import queries
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader

router = Router(auth=reader)


class ColumnOut(Schema):
    name: str
    title: str
    type: str
    unit: str
    description: str


class DatasetOut(Schema):
    id: str
    title: str
    description: str
    licence: str
    source: str
    columns: list[ColumnOut]


class RowsOut(Schema):
    """A slice of rows; more tells whether there are further ones."""

    items: list[dict[str, Any]]
    offset: int
    more: bool


def described(dataset: Any) -> DatasetOut:
    return DatasetOut(
        id=dataset.id,
        title=force_str(dataset.title),
        description=force_str(dataset.description),
        licence=force_str(dataset.licence),
        source=force_str(dataset.source),
        columns=[
            ColumnOut(
                name=item.name,
                title=force_str(item.title),
                type=item.type,
                unit=item.unit,
                description=force_str(item.description),
            )
            for item in dataset.columns
        ],
    )


@router.get("/", response=list[DatasetOut], summary="All data sets")
def dataset_list(request: HttpRequest) -> list[DatasetOut]:
    return [described(item) for item in queries.visible_to(request.user)]


@router.get("/{dataset_id}", response={200: DatasetOut, 404: Error}, summary="One data set")
def dataset_detail(request: HttpRequest, dataset_id: str) -> DatasetOut:
    dataset = queries.find(dataset_id, request.user)
    if dataset is None:
        raise Http404("no such data set")
    return described(dataset)


@router.get("/{dataset_id}/rows", response={200: RowsOut, 404: Error}, summary="Rows of a data set")
def dataset_rows(
    request: HttpRequest,
    dataset_id: str,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RowsOut:
    dataset = queries.find(dataset_id, request.user)
    if dataset is None:
        raise Http404("no such data set")
    names = [column.name for column in dataset.columns]
    found = list(islice(queries.rows(dataset, request.user), offset, offset + limit + 1))
    items = [dict(zip(names, row, strict=True)) for row in found[:limit]]
    return RowsOut(items=items, offset=offset, more=len(found) > limit)
