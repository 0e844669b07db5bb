"""How statements are said: one template per rule, filled in the reader's language.

Templates are English msgids; the figures come in as values and are written here. A figure that stands in a table
of the document becomes a link to its cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import get_language, gettext, gettext_noop, ngettext

from steuerrad.modules.city_index.memo.facts import Correction, Score
from steuerrad.modules.city_index.memo.parameters import (
    Change,
    Instead,
    Item,
    Items,
    Param,
    Places,
    Points,
    Quantity,
    Rank,
    Ref,
    Statement,
)
from steuerrad.modules.city_index.rules.messages import BASES, MESSAGES
from steuerrad.platform.documents.model import Link, Runs, Text
from steuerrad.platform.ui.charts import numbers

TEMPLATES: Mapping[str, str] = {
    # total
    "total_unknown": gettext_noop(
        "No source at hand prints total or rank of %(city)s in %(edition)s, and the total cannot be computed."
    ),
    "total_score_unknown": gettext_noop(
        "No source at hand prints the total score of %(edition)s, and it cannot be computed, because not all "
        "categories are known."
    ),
    "total_rank": gettext_noop("%(city)s takes %(rank)s in the total."),
    "total_rank_bounds": gettext_noop(
        "The rank in the total is not published; what is known of other cities allows ranks %(low)s to %(high)s."
    ),
    "total_rank_up": gettext_noop(
        "%(city)s takes %(rank)s in the total, %(places)s better than in %(previous)s (%(previous_rank)s)."
    ),
    "total_rank_down": gettext_noop(
        "%(city)s takes %(rank)s in the total, %(places)s worse than in %(previous)s (%(previous_rank)s)."
    ),
    "total_rank_same": gettext_noop("%(city)s takes %(rank)s in the total, as in %(previous)s."),
    "total_score": gettext_noop("The total is %(score)s points."),
    "total_score_implied": gettext_noop(
        "No source at hand prints the total of %(edition)s. It follows from the categories: %(score)s points, with "
        "rounding between %(low)s and %(high)s."
    ),
    "total_score_change": gettext_noop(
        "The total is %(score)s points after %(previous_score)s in %(previous)s (%(change)s)."
    ),
    "total_score_break": gettext_noop(
        "Against %(previous)s (%(previous_score)s points) the total of %(score)s points is a difference of "
        "%(change)s. As the index rated other indicators, this difference is only in part the city's own."
    ),
    "total_mean": gettext_noop("The mean of all cities is %(mean)s points, the total of %(city)s %(score)s."),
    "no_previous": gettext_noop(
        "There is no edition before %(edition)s to compare with; this memo states no changes."
    ),
    "field": gettext_noop(
        "Of %(others)s other cities the scores of both years are known. In the median they changed by %(median)s "
        "points, %(city)s by %(own)s: %(against)s points against these cities, which were rated by the same list. "
        "They are those whose scores are at hand, not a sample of all."
    ),
    "field_unknown": gettext_noop(
        "How the field changed is not known well enough (%(others)s other cities with scores of both years), so that "
        "own effect and effect of the field cannot be told apart."
    ),
    "field_categories_unknown": gettext_noop(
        "For the single categories too few scores of other cities are known in both years to tell own effect and "
        "effect of the field apart."
    ),
    # categories
    "category_empty": gettext_noop("No source at hand holds a figure of %(city)s in this category for %(edition)s."),
    "category_rank": gettext_noop("%(city)s takes %(rank)s."),
    "category_rank_bounds": gettext_noop(
        "The rank is not published; what is known of other cities allows ranks %(low)s to %(high)s."
    ),
    "category_rank_up": gettext_noop(
        "%(city)s takes %(rank)s, %(places)s better than in %(previous)s (%(previous_rank)s)."
    ),
    "category_rank_down": gettext_noop(
        "%(city)s takes %(rank)s, %(places)s worse than in %(previous)s (%(previous_rank)s)."
    ),
    "category_rank_same": gettext_noop("%(city)s takes %(rank)s, as in %(previous)s."),
    "category_score": gettext_noop("The category score is %(score)s points."),
    "category_score_implied": gettext_noop(
        "The category score is not published; the indicators give %(score)s points, with rounding between %(low)s "
        "and %(high)s."
    ),
    "category_score_change": gettext_noop(
        "The category score is %(score)s points after %(previous_score)s in %(previous)s (%(change)s)."
    ),
    "category_score_break": gettext_noop(
        "The category score is %(score)s points after %(previous_score)s in %(previous)s (%(change)s); as the list of "
        "indicators changed, the two can be compared only in part."
    ),
    "score_contradicted": gettext_noop(
        "The printed score of %(year)s, %(score)s, does not follow from its indicators: they give %(low)s to "
        "%(high)s."
    ),
    "score_disputed": gettext_noop("For %(year)s the sources disagree: %(score)s is used here, %(other)s is printed elsewhere."),
    "score_disputed_reproduced": gettext_noop(
        "For %(year)s the sources disagree: %(score)s follows from the indicators and is used here, %(other)s is "
        "printed elsewhere."
    ),
    "no_indicators": gettext_noop("No source at hand holds single indicators of %(city)s in this category."),
    "list_incomplete": gettext_noop(
        "The list of indicators of this edition is known only in part; known values of %(city)s: %(known)s."
    ),
    "values_missing": gettext_noop("Not known are: %(items)s."),
    "like_for_like": gettext_noop(
        "On the %(count)s comparable indicators without pilots the mean went from %(before)s to %(now)s points (%(change)s)."
    ),
    "like_for_like_recut": gettext_noop(
        "On the %(count)s comparable indicators without pilots the mean went from %(before)s to %(now)s points (%(change)s). Most of "
        "the difference of the category score therefore comes from pilots and from indicators that are new or were cut anew."
    ),
    "not_comparable": gettext_noop(
        "%(count)s of %(all)s indicators have no comparable counterpart in %(previous)s; no change is stated for them."
    ),
    "none_comparable": gettext_noop(
        "None of the known indicators has a comparable value in %(previous)s; no change is stated."
    ),
    "best_known": gettext_noop("The best known result is that of %(other)s with %(best)s points, %(gap)s more."),
    "best_known_rank": gettext_noop(
        "The best known result is that of %(other)s with %(best)s points (%(best_rank)s), %(gap)s more."
    ),
    "strong_high": gettext_noop("Full or nearly full points: %(items)s."),
    "strong_rise": gettext_noop("Clearly up on comparable indicators: %(items)s."),
    "weak_low": gettext_noop("Less than half of the attainable points: %(items)s."),
    "weak_fall": gettext_noop("Clearly down on comparable indicators: %(items)s."),
    "weak_mean": gettext_noop("%(name)s: the quantity behind it is well below the mean of all cities: %(quantity)s."),
    # levers and corrections
    "levers_unknown": gettext_noop(
        "What single indicators could bring cannot be computed: no category is known with all its indicators."
    ),
    "levers_top": gettext_noop("The largest gains in category points are possible here: %(items)s."),
    "levers_without_measure": gettext_noop(
        "For these weak indicators no measure of the strategy is on file: %(items)s."
    ),
    "levers_all_answered": gettext_noop("At least one measure of the strategy is assigned to every weak indicator."),
    "corrections": gettext_noop(
        "Checked was the typed document “%(title)s”. Errors found: %(count)s; further figures that only follow from "
        "them: %(follow)s."
    ),
    "corrections_none": gettext_noop("Checked was the typed document “%(title)s”; no errors were found."),
    # summary
    "strength_none": gettext_noop("With the figures at hand no strength can be named by rule."),
    "strength_rank": gettext_noop("Among the best ten: %(items)s."),
    "strength_places": gettext_noop("Clear gain of places: %(items)s."),
    "strength_rise": gettext_noop("Largest comparable gains: %(items)s."),
    "strength_high": gettext_noop("Full or nearly full points: %(items)s."),
    "weakness_none": gettext_noop("With the figures at hand no weakness can be named by rule."),
    "weakness_places": gettext_noop("Clear loss of places: %(items)s."),
    "weakness_low": gettext_noop("Smallest shares of the attainable points: %(items)s."),
    "weakness_fall": gettext_noop("Largest comparable losses: %(items)s."),
    "weakness_mean": gettext_noop("Well below the mean of all cities: %(items)s."),
    "todo": gettext_noop(
        "%(name)s (%(category)s): up to %(points)s points of the category and %(total)s of the total; answered by "
        "%(measures)s."
    ),
    "todo_without_measure": gettext_noop(
        "%(name)s (%(category)s): up to %(points)s points of the category and %(total)s of the total; no measure of "
        "the strategy is on file."
    ),
    "summary_corrections": gettext_noop("To be corrected or clarified in the typed document: %(items)s."),
}  # fmt: skip

SECTIONS: Mapping[str, str] = {
    "summary": gettext_noop("In brief"),
    "total": gettext_noop("Total and categories"),
    "levers": gettext_noop("Where points can be gained"),
    "corrections": gettext_noop("Corrections to the typed figures"),
}
RELATIONS: Mapping[str, str] = {
    "same": gettext_noop("the same name, but not comparable"),
    "renamed": gettext_noop("renamed, but not comparable"),
    "merged": gettext_noop("merged from several"),
    "split": gettext_noop("a part of the former indicator"),
    "narrower": gettext_noop("narrower than before"),
    "broader": gettext_noop("broader than before"),
    "different": gettext_noop("something else than before"),
    "dropped": gettext_noop("no longer rated"),
}
STATES: Mapping[str, str] = {
    "idea": gettext_noop("idea"),
    "planned": gettext_noop("planned"),
    "in_progress": gettext_noop("in progress"),
    "in_operation": gettext_noop("in operation"),
    "in_operation_expanding": gettext_noop("in operation, expanding"),
    "completed": gettext_noop("completed"),
    "stopped": gettext_noop("stopped"),
    "unknown": gettext_noop("status unknown"),
}
CERTAINTIES: Mapping[str, str] = {
    "certain": gettext_noop("certain"),
    "very likely": gettext_noop("very likely"),
    "likely": gettext_noop("likely"),
    "possible": gettext_noop("possible"),
}
UNITS: Mapping[str, str] = {
    "percent": gettext_noop("%(value)s %%"),
    "points": gettext_noop("%(value)s points"),
    "places": gettext_noop("%(value)s places"),
    "rank": gettext_noop("rank %(value)s"),
    "count": "%(value)s",
}

# Private-use signs mark a link inside a filled template; they are taken out of everything that comes from outside.
OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"
_LINK = re.compile(f"{OPEN}([^{OPEN}{MIDDLE}{CLOSE}]*){MIDDLE}([^{OPEN}{MIDDLE}{CLOSE}]*){CLOSE}")
_SIGNS = re.compile(f"[{OPEN}{MIDDLE}{CLOSE}]")


def language() -> str:
    """The language that figures are written in: de or en."""
    return "en" if (get_language() or "de").startswith("en") else "de"


def points(value: Decimal | None, decimals: int = 1) -> str:
    """Points with at least one decimal: 59,6."""
    if value is None:
        return numbers.figure(None, decimals, language())
    exponent = value.as_tuple().exponent
    needed = max(decimals, -exponent if isinstance(exponent, int) else decimals)
    return numbers.figure(float(value), min(needed, 2), language())


def change(value: Decimal | None) -> str:
    return numbers.signed(None if value is None else float(value), 1, language())


def plain_number(value: Decimal) -> str:
    """A number with the decimals that it needs: 90, 0,12."""
    return numbers.figure(float(value), None, language())


def rank(value: int | None, cities: int | None = None) -> str:
    if value is None:
        return "–"
    if cities:
        return gettext("rank %(rank)d of %(cities)d") % {"rank": value, "cities": cities}
    return gettext("rank %(rank)d") % {"rank": value}


def places(count: int) -> str:
    return ngettext("%(count)d place", "%(count)d places", count) % {"count": count}


def of_maximum(value: Decimal, maximum: Decimal | None) -> str:
    if maximum is None:
        return points(value)
    return gettext("%(value)s of %(maximum)s") % {"value": points(value), "maximum": plain_number(maximum)}


def printed(text: str) -> str:
    """A figure that is data (2 or -37.5) as the reader writes it; what was printed in print stays as it is."""
    try:
        return points(Decimal(text))
    except InvalidOperation:
        return text


def instead(value: Instead) -> str:
    if value.right:
        return gettext("%(right)s instead of %(printed)s") % {
            "right": corrected(value.right, value.printed), "printed": value.printed,
        }  # fmt: skip
    return gettext("%(printed)s stays until clarified, although the indicators give %(parts)s") % {
        "printed": value.printed, "parts": printed(value.parts),
    }  # fmt: skip


def corrected(right: str, was: str) -> str:
    """The right figure, with its sign where the printed one has one."""
    number = Decimal(right)
    return change(number) if was[:1] in "+-−±" and was else points(number)


def write(param: Param, statement_links: bool = False) -> str:
    """A parameter as text; with links marked where they are wanted."""
    match param:
        case Ref(value, anchor):
            text = write(value)
            return f"{OPEN}{anchor}{MIDDLE}{text}{CLOSE}" if statement_links else text
        case Items(items, more):
            return listed([_item(item, statement_links) for item in items], more)
        case Points(value, maximum):
            return of_maximum(value, maximum)
        case Change(value):
            return change(value)
        case Rank(value, cities):
            return rank(value, cities)
        case Places(count):
            return places(count)
        case Instead():
            return instead(param)
        case Quantity(own, mean, unit):
            return gettext("%(own)s against %(mean)s %(unit)s") % {
                "own": plain_number(own), "mean": plain_number(mean), "unit": unit,
            }  # fmt: skip
        case Decimal():
            return points(param, 1)
        case int():
            return str(param)
        case _:
            return _SIGNS.sub("", param)


def _item(item: Item, linked: bool) -> str:
    name = _SIGNS.sub("", item.name)
    text = name if item.detail is None else f"{name} ({write(item.detail)})"
    if isinstance(item.detail, Instead):
        text = f"{name}: {write(item.detail)}"
    return f"{OPEN}{item.anchor}{MIDDLE}{text}{CLOSE}" if linked and item.anchor else text


def listed(parts: list[str], more: int = 0) -> str:
    """ "a, b and c", "a, b and 3 more"; semicolons where a part holds a comma of its own."""
    if more:
        parts = [*parts, ngettext("%(count)d more", "%(count)d more", more) % {"count": more}]
    if len(parts) < 2:
        return "".join(parts)
    if any(", " in part for part in parts):
        return "; ".join(parts)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def filled(statement: Statement, *, linked: bool = False) -> str:
    template = gettext(TEMPLATES[statement.rule])
    text = template % {name: write(value, linked) for name, value in statement.params.items()}
    plain_start = 0 if not text.startswith(OPEN) else text.find(MIDDLE) + 1
    return text[:plain_start] + text[plain_start : plain_start + 1].upper() + text[plain_start + 1 :]


def generated(statement: Statement) -> str:
    """The statement in plain words of the current language."""
    return filled(statement)


def linked_runs(statement: Statement) -> Runs:
    """The statement as runs in which figures link to their cells."""
    runs: list[Text | Link] = []
    place = 0
    text = filled(statement, linked=True)
    for match in _LINK.finditer(text):
        if match.start() > place:
            runs.append(Text(text[place : match.start()]))
        runs.append(Link(match[2], f"#{match[1]}"))
        place = match.end()
    if place < len(text):
        runs.append(Text(text[place:]))
    return tuple(runs)


def anchor_labels(statement: Statement) -> tuple[tuple[str, str], ...]:
    """(label, anchor) of the figures that an edited wording still rests on."""
    found: dict[str, str] = {}
    for param in statement.params.values():
        if isinstance(param, Ref):
            found.setdefault(param.anchor, write(param))
        elif isinstance(param, Items):
            for item in param.items:
                if item.anchor:
                    found.setdefault(item.anchor, item.name)
    return tuple((label, anchor) for anchor, label in found.items())


def message(correction: Correction) -> str:
    """What a finding of the audit says."""
    params = {
        name: printed(value.removeprefix("decimal:")) if value.startswith("decimal:") else value
        for name, value in correction.params
    }
    return gettext(MESSAGES[correction.message]).format(**params)


def basis(correction: Correction) -> str:
    return gettext(BASES.get(correction.basis, correction.basis))


def score_text(score: Score) -> str:
    """A score as tables print it; one that only follows from its parts is marked by an approximate sign."""
    if score.best is None:
        return "–"
    return points(score.best) if score.value is not None else f"≈ {points(score.best)}"
