"""The portfolio as files: the workbook to fill in, and the dossier for the steering committee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.kernel import clock
from steuerrad.modules.strategy.portfolio import gantt
from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.output.asked import decisions_asked
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.output.document import DossierFacts, dossier_document
from steuerrad.modules.strategy.portfolio.output.workbook import workbook_bytes
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING, STEER
from steuerrad.modules.strategy.portfolio.queries import overview
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.queries.timeline import Order, order_of
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs, programme_names
from steuerrad.modules.strategy.portfolio.views.pictures import filtered, theme_of
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.tables.http import MEDIA_TYPES, attachment
from steuerrad.platform.ui.charts.specs_gantt import GanttChart

#: Rows of a timeline that fit on one page.
ROWS_PER_PAGE = 28
View = Callable[..., HttpResponse]


def readers_only(view: View) -> View:
    """Signed in, and reading the steering of at least one measure."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not holds_anywhere(request.user, READ_STEERING):
            raise PermissionDenied(READ_STEERING)
        return view(request, *args, **options)

    return guarded


@readers_only
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    form = PortfolioFilterForm(request.GET)
    context = {
        "heading": _("Files"),
        "lead": _("The portfolio to take along, to fill in and to print."),
        "breadcrumbs": portfolio_crumbs((_("Files"), "")),
        "filter_form": form,
        "found": len(filtered(request.user, form.values())),
        "query": request.GET.urlencode(),
        "may_import": holds_anywhere(request.user, STEER),
    }
    return render(request, "strategy/portfolio/files.html", context)


@readers_only
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    form = PortfolioFilterForm(request.GET)
    states = filtered(request.user, form.values())
    made = workbook_bytes(gather(request.user, states), made_at=clock.now(), facts=chosen(form))
    return download(made, MEDIA_TYPES["xlsx"], "xlsx")


@readers_only
@require_safe
def dossier(request: HttpRequest) -> HttpResponse:
    form = PortfolioFilterForm(request.GET)
    states = filtered(request.user, form.values())
    return download(
        pdf_bytes(dossier_document(dossier_facts(request.user, form, states))), "application/pdf", "pdf"
    )


def download(content: bytes, media_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = attachment(f"{_('Portfolio')}-{clock.today():%Y-%m-%d}", ending)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def chosen(form: PortfolioFilterForm) -> list[tuple[str, str]]:
    """The filter in words: (field, choice)."""
    found = []
    for name, value in form.values().items():
        field = form.fields[name]
        if name != "sort" and field.label:
            words = {str(key): str(label) for key, label in _flat(getattr(field, "choices", ()))}
            found.append((str(field.label), words.get(str(value), str(value))))
    return found or [(_("Choice"), _("all measures"))]


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += label if isinstance(label, list | tuple) else [(key, label)]
    return found


def dossier_facts(user: Any, form: PortfolioFilterForm, states: list[MeasureState]) -> DossierFacts:
    content, order, today = gather(user, states), order_of(user, states), clock.today()
    inside = {state.measure.pk for state in states}
    due = [item for item in overview.due(user) if item.measure is None or item.measure.pk in inside]
    return DossierFacts(
        city_name(), content, due, decisions_asked(states, order.links, content.risks, today, overview.DUE_DAYS),
        timelines(states, order), chosen(form), programme_names(), today,
    )  # fmt: skip


def city_name() -> str:
    found = current_city()
    return found.name if found else "–"


def timelines(states: list[MeasureState], order: Order) -> list[GanttChart]:
    """The timeline in parts that fit on a page; arrows that leave a part are left out of the picture."""
    if not states:
        return []
    today = clock.today()
    title = _("Timeline of the measures")
    whole = gantt.timeline(
        states, order, gantt.years_of(states, today.year), today, group=theme_of, group_name=_("Theme"), title=title
    )  # fmt: skip
    parts = [whole.rows[at : at + ROWS_PER_PAGE] for at in range(0, len(whole.rows), ROWS_PER_PAGE)]
    if len(parts) == 1:
        return [whole]
    return [
        replace(whole, rows=rows, title=f"{title} ({number}/{len(parts)})")
        for number, rows in enumerate(parts, 1)
    ]
