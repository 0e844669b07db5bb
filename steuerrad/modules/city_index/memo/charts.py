"""The memo's charts as figures of the document; the numbers of each stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.facts import CategoryFacts, MemoFacts, Standing
from steuerrad.modules.city_index.memo.rules import Lever
from steuerrad.platform.documents.model import Figure
from steuerrad.platform.ui.charts.draw import draw
from steuerrad.platform.ui.charts.specs import Bar, BarChart, Chart, DumbbellChart, Pair
from steuerrad.platform.ui.charts.specs_comparison import Ranked as Spot
from steuerrad.platform.ui.charts.specs_comparison import RankStrip

WIDTH = 780.0
LEVERS_SHOWN = 10
FEWEST_PAIRS = 2
FEWEST_CITIES = 10  # with fewer known places a strip shows little but gaps; the annex names them all the same


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _figure(spec: Chart, name: str, caption: str) -> Figure:
    return Figure(draw(spec, WIDTH, name), f"{spec.title}. {spec.summary()}", caption, name)


def category_scores(facts: MemoFacts) -> Figure | None:
    """Category scores of both editions; the numbers are those of the overview table."""
    bars = tuple(
        Bar(c.name, _number(c.standing.score.best), _number(c.standing.previous_score.best))
        for c in facts.categories if c.standing.score.best is not None
    )  # fmt: skip
    if not bars:
        return None
    if facts.previous:
        caption = _("Category scores %(edition)s and %(previous)s (numbers: table “Results at a glance”)") % {
            "edition": facts.edition, "previous": facts.previous,
        }  # fmt: skip
    else:
        caption = _("Category scores %(edition)s (numbers: table “Results at a glance”)") % {
            "edition": facts.edition
        }
    spec = BarChart(
        title=_("Category scores"), bars=bars, value_name=str(facts.edition),
        comparison_name=str(facts.previous or ""), label_name=_("Category"), unit=_("points"), decimals=1,
        maximum=100.0, language=texts.language(),
        subtitle=_("The list of indicators changed between the editions") if facts.breaks and facts.previous else "",
    )  # fmt: skip
    return _figure(spec, "figure-scores", caption)


def dumbbells(facts: MemoFacts, category: CategoryFacts) -> Figure | None:
    """Comparable indicators only; the numbers are those of the category's table."""
    pairs = tuple(
        Pair(row.name, _number(row.counterparts[0].value), _number(row.value))
        for row in category.rows if row.change is not None
    )  # fmt: skip
    if len(pairs) < FEWEST_PAIRS:
        return None
    spec = DumbbellChart(
        title=_("Comparable indicators: %(category)s") % {"category": category.name}, pairs=pairs,
        before_name=str(facts.previous), after_name=str(facts.edition), label_name=_("Indicator"),
        unit=_("points"), decimals=1, language=texts.language(),
    )  # fmt: skip
    caption = _("%(category)s: indicators that can be compared with %(previous)s (numbers: table above)") % {
        "category": category.name, "previous": facts.previous,
    }  # fmt: skip
    return _figure(spec, f"figure-change-{category.key}", caption)


def rank_strip(facts: MemoFacts, standing: Standing) -> Figure | None:
    """The own place among all; places whose city is not known stay empty."""
    ranked = [one for one in standing.known if one.rank is not None]
    if standing.place.rank is None or not facts.cities or len(ranked) < FEWEST_CITIES:
        return None
    spots = [Spot(one.city, one.rank or 0, value=_number(one.score)) for one in ranked]
    own = Spot(facts.city, standing.place.rank, highlight=True, value=_number(standing.score.best))
    name = standing.name or pgettext("index", "Total")
    spec = RankStrip(
        title=_("Places: %(name)s") % {"name": name}, total=facts.cities, cities=(*spots, own),
        label_name=_("City"), unit=_("points"), decimals=1, language=texts.language(),
    )  # fmt: skip
    caption = _("%(name)s: place of %(city)s among %(cities)s cities; known are %(known)s other places (table in the annex)") % {
        "name": name, "city": facts.city, "cities": facts.cities, "known": len(ranked),
    }  # fmt: skip
    return _figure(spec, f"figure-places-{standing.key or 'total'}", caption)


def lever_bars(facts: MemoFacts, levers: Sequence[Lever]) -> Figure | None:
    """The largest levers; the numbers are those of the lever table."""
    if not levers:
        return None
    bars = tuple(Bar(one.row.name, _number(one.category_points)) for one in levers[:LEVERS_SHOWN])
    spec = BarChart(
        title=_("Attainable category points"), bars=bars, value_name=_("Category points"), label_name=_("Indicator"),
        unit=_("points"), decimals=1, language=texts.language(),
    )  # fmt: skip
    caption = _("What the category score would gain at full points of one indicator (numbers: table below)")
    return _figure(spec, "figure-levers", caption)
