"""The list of data sets, a page for each, and the downloads."""

from __future__ import annotations

from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.platform.datasets import queries
from steuerrad.platform.datasets.actions import count_download
from steuerrad.platform.tables.http import FORMATS, table_response

PREVIEW_ROWS = 20


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    context = {"datasets": queries.visible_to(request.user), "formats": FORMATS, "heading": _("Open data")}
    return render(request, "datasets/list.html", context)


@require_safe
def dataset_page(request: HttpRequest, dataset_id: str) -> HttpResponse:
    dataset = queries.find(dataset_id, request.user)
    if dataset is None:
        raise Http404(_("There is no such data set."))
    context = {
        "dataset": dataset,
        "formats": FORMATS,
        "preview": list(islice(queries.rows(dataset, request.user), PREVIEW_ROWS)),
        "heading": dataset.title,
        "lead": dataset.description,
        "breadcrumbs": [
            (_("Home"), reverse("home")),
            (_("Open data"), reverse("datasets:list")),
            (dataset.title, ""),
        ],
    }
    return render(request, "datasets/detail.html", context)


@require_safe
def download(request: HttpRequest, dataset_id: str, kind: str) -> HttpResponseBase:
    dataset = queries.find(dataset_id, request.user)
    if dataset is None or kind not in FORMATS:
        raise Http404(_("There is no such data set."))
    if request.method == "GET":
        count_download(dataset_id, kind)
    return table_response(queries.as_table(dataset, request.user), kind)
