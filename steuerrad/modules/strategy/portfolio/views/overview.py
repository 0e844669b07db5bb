"""Pages over all measures: table, what is due, money, load, programmes; and filters that people keep."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import FundingProgramme, SavedFilter
from steuerrad.modules.strategy.portfolio import charts
from steuerrad.modules.strategy.portfolio.actions.rating import delete_filter, save_filter
from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm, SaveFilterForm
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING, RELEASE_REPORT
from steuerrad.modules.strategy.portfolio.queries import overview as queries
from steuerrad.modules.strategy.portfolio.queries.steering import programmes, valid_lines
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.modules.strategy.portfolio.texts import thresholds
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs, programme_names
from steuerrad.modules.strategy.queries.measures import MeasureFilter
from steuerrad.modules.strategy.views.parts import page_of, sort_headers
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.city.queries import documents

PAGE = "portfolio"
OWN_FIELDS = ("light", "timeliness", "report", "sort")


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All measures with light, next milestone, money and report."""
    form = PortfolioFilterForm(request.GET)
    values = form.values()
    own = {name: values.pop(name) for name in OWN_FIELDS if name in values}
    sort = own.get("sort", "")
    rows = queries.table(
        request.user,
        queries.PortfolioFilter(MeasureFilter(**values, sort=sort or "number"), **own),
    )
    reads = holds_anywhere(request.user, READ_STEERING)
    columns = [
        ("number", _("Number")), ("title", _("Measure")), ("light", _("Light")), ("status", _("Status")),
        ("milestone", _("Next milestone")),
        *([("planned", _("Planned")), ("spent", _("Spent"))] if reads else []), ("report", _("Status report")),
    ]  # fmt: skip
    context = {
        "heading": _("Portfolio"),
        "lead": _("How the measures stand: light, milestones, money and reports."),
        "breadcrumbs": [*portfolio_crumbs()[:-1], (_("Portfolio"), "")],
        "filter_form": form,
        "page_obj": page_of(request, rows),
        "headers": sort_headers(request, sort, columns, frozenset({"planned", "spent"})),
        "counts": queries.colour_counts(rows),
        "reads": reads,
        "saved": saved_filters(request),
        "save_form": SaveFilterForm(initial={"query": request.GET.urlencode()}),
        "waiting": queries.waiting_reports() if allowed(request.user, RELEASE_REPORT) else [],
    }
    return render(request, "strategy/portfolio/table.html", context)


def saved_filters(request: HttpRequest) -> list[SavedFilter]:
    if not request.user.is_authenticated:
        return []
    return list(SavedFilter.objects.filter(person=request.user.pk, page=PAGE))


@login_required
@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    form = SaveFilterForm(request.POST)
    back = reverse("strategy:portfolio")
    if not form.is_valid():
        messages.error(request, _("Give the filter a name."))
        return redirect(back)
    query = form.cleaned_data["query"].lstrip("?")
    try:
        save_filter(request.user, PAGE, form.cleaned_data["name"], query)
    except RefusedError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The filter is kept."))
    return redirect(f"{back}?{query}" if query else back)


@login_required
@require_POST
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    delete_filter(request.user, get_object_or_404(SavedFilter, pk=pk, person=request.user.pk))
    messages.success(request, _("The filter is deleted."))
    return redirect("strategy:portfolio")


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    found = queries.due(request.user)
    context = {
        "heading": _("What is due"),
        "lead": _("Everything that is overdue or falls into the next %(days)d days.")
        % {"days": queries.DUE_DAYS},
        "breadcrumbs": portfolio_crumbs((_("What is due"), "")),
        "late": [item for item in found if item.late],
        "coming": [item for item in found if not item.late],
    }
    return render(request, "strategy/portfolio/due.html", context)


@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """Money by year and source; for visitors only what reports have published, which stands on the measures."""
    rows = queries.money_by_year(request.user)
    names = programme_names()
    faults = []
    if holds_anywhere(request.user, READ_STEERING):
        lines = [line.rules for line in valid_lines()]
        faults = money.faults(lines, programmes()) if allowed(request.user, READ_STEERING) else []
    context = {
        "heading": _("Money of the portfolio"),
        "lead": _("Planned and spent by year and source, as far as it is known."),
        "breadcrumbs": portfolio_crumbs((_("Money"), "")),
        "rows": rows,
        "chart": charts.money_chart([row for row in rows if not row.demo] or rows) if rows else None,
        "chart_demo": bool(rows) and all(row.demo for row in rows),
        "reads": holds_anywhere(request.user, READ_STEERING),
        "faults": faults,
        "names": names,
    }
    return render(request, "strategy/portfolio/budget.html", context)


@require_safe
def load(request: HttpRequest) -> HttpResponse:
    years, rows = queries.load(request.user)
    context = {
        "heading": _("Load of the organisations"),
        "lead": _("Working days that measures ask of each organisation: planned, and spent in brackets."),
        "breadcrumbs": portfolio_crumbs((_("Load"), "")),
        "years": years,
        "rows": [(row, [row.years.get(year, (None, None)) for year in years]) for row in rows],
        "reads": holds_anywhere(request.user, READ_STEERING),
    }
    return render(request, "strategy/portfolio/load.html", context)


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Funding programmes"),
        "lead": _("The rules that grants come with. Budgets are checked against them."),
        "breadcrumbs": portfolio_crumbs((_("Funding programmes"), "")),
        "programmes": FundingProgramme.objects.filter(retired=False),
        "sources": documents(),
    }
    return render(request, "strategy/portfolio/programmes.html", context)


@require_safe
def light_help(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("How the light is computed"),
        "breadcrumbs": portfolio_crumbs((_("How the light is computed"), "")),
        "thresholds": thresholds(),
    }
    return render(request, "strategy/portfolio/light.html", context)
