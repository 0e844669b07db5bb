"""The portfolio as pictures: the timeline with dependencies, and the board."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import MeasureOrganisation
from steuerrad.modules.strategy.portfolio import gantt
from steuerrad.modules.strategy.portfolio.choosing import filtered
from steuerrad.modules.strategy.portfolio.forms_views import ORGANISATION, BoardForm, TimelineForm
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING
from steuerrad.modules.strategy.portfolio.queries import board as board_queries
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.queries.timeline import Link, order_of
from steuerrad.modules.strategy.portfolio.rules.light import Timeliness
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs
from steuerrad.platform.accounts.access import holds_anywhere


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    form = TimelineForm(request.GET)
    values = form.values()
    found = filtered(request.user, values)
    today = clock.today()
    years = gantt.years_of(found, today.year, *form.years())
    form.offer(years)
    by_lead = values.get("group") == ORGANISATION
    order = order_of(request.user, found)
    chart = gantt.timeline(
        found, order, years, today, group=lead_of if by_lead else gantt.theme_of,
        group_name=_("Leading organisation") if by_lead else _("Theme"),
        title=_("Timeline of the measures, %(first)d to %(last)d") % {"first": years.first, "last": years.last},
    )  # fmt: skip
    known = {state.measure.number: state for state in found}
    context = {
        "heading": _("Timeline"),
        "lead": _("When measures run, what is reached and overdue, and which wait for others."),
        "breadcrumbs": portfolio_crumbs((_("Timeline"), "")),
        "filter_form": form,
        "found": len(found),
        "chart": chart if found else None,
        "late": [state for state in found if state.light.timeliness == Timeliness.LATE],
        "broken": broken(order.links, known),
        "demo": any(row.note for row in chart.rows),
    }
    return render(request, "strategy/portfolio/timeline.html", context)


def leads(state: MeasureState) -> list[str]:
    """Names of the organisations that lead the measure."""
    rows = state.measure.participations  # type: ignore[attr-defined]
    return [item.organisation.name for item in rows if item.role == MeasureOrganisation.LEAD]


def lead_of(state: MeasureState) -> str:
    return " · ".join(leads(state)) or _("No lead is known")


def broken(
    links: Sequence[Link], known: dict[str, MeasureState]
) -> list[tuple[MeasureState, MeasureState, Link]]:
    """(what waits, what it waits for, the link) where the days contradict the order."""
    return [(known[link.after], known[link.before], link) for link in links if link.broken]


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.GET)
    found = filtered(request.user, form.values())
    movable = board_queries.movable_ids(request.user)
    may_move: Callable[[int], bool] = (lambda pk: True) if movable is None else movable.__contains__
    context = {
        "heading": _("Board"),
        "lead": _("Measures by status, the most urgent first."),
        "breadcrumbs": portfolio_crumbs((_("Board"), "")),
        "filter_form": form,
        "found": len(found),
        "columns": [
            (column, [(state, leads(state), may_move(state.measure.pk)) for state in column.cards])
            for column in board_queries.columns(found)
        ],
        "reads": holds_anywhere(request.user, READ_STEERING),
    }
    return render(request, "strategy/portfolio/board.html", context)
