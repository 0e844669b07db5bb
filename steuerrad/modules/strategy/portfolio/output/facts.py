"""What the dossier is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.portfolio import gantt
from steuerrad.modules.strategy.portfolio.choosing import chosen
from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.output.asked import decisions_asked
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.output.document import DossierFacts
from steuerrad.modules.strategy.portfolio.queries import overview
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.queries.timeline import Order, order_of
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.ui.charts.specs_gantt import GanttChart

#: Rows of a timeline that fit on one page.
ROWS_PER_PAGE = 28


def dossier_facts(
    user: Any, form: PortfolioFilterForm, states: list[MeasureState], programmes: dict[str, str]
) -> DossierFacts:
    """All that the dossier says of these measures, as far as the person may see it."""
    content, order, today = gather(user, states), order_of(user, states), clock.today()
    inside = {state.measure.pk for state in states}
    due = [item for item in overview.due(user) if item.measure is None or item.measure.pk in inside]
    return DossierFacts(
        city_name(), content, due, decisions_asked(states, order.links, content.risks, today, overview.DUE_DAYS),
        timelines(states, order), chosen(form), programmes, today,
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
        states, order, gantt.years_of(states, today.year), today, group=gantt.theme_of, group_name=_("Theme"), title=title
    )  # fmt: skip
    parts = [whole.rows[at : at + ROWS_PER_PAGE] for at in range(0, len(whole.rows), ROWS_PER_PAGE)]
    if len(parts) == 1:
        return [whole]
    return [
        replace(whole, rows=rows, title=f"{title} ({number}/{len(parts)})")
        for number, rows in enumerate(parts, 1)
    ]
