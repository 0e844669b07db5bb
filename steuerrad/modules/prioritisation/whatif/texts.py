"""What the what-if says in words: figures with their ranges, assumptions, faults. By rule, in the language of now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from steuerrad.engines.ranking import Estimate, Note, Outcome, Share
from steuerrad.modules.prioritisation.whatif.rules import Change, Fault, Group, Row, rows_of
from steuerrad.platform.ui.charts import numbers


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def figure(value: float | None, decimals: int | None = 1) -> str:
    return numbers.figure(value, decimals, language())


def signed(value: float | None, decimals: int = 1) -> str:
    return numbers.signed(value, decimals, language())


def percent(value: float, decimals: int = 0) -> str:
    return numbers.with_unit(figure(100 * value, decimals), "%")


def chance(share: Share) -> str:
    """A probability in whole percent; what hardly ever (or nearly always) happens is not called 0 (or 100) %."""
    if share.value < 0.005:
        return _("under %(share)s") % {"share": percent(0.01)}
    if share.value > 0.995:
        return _("over %(share)s") % {"share": percent(0.99)}
    return percent(share.value)


def ranged(estimate: Estimate, decimals: int = 1) -> str:
    """Mean with its range from 5 to 95 %: 62.1 (55.0 to 69.3); without a range when it is certain."""
    if figure(estimate.low, decimals) == figure(estimate.high, decimals):
        return figure(estimate.mean, decimals)
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": figure(estimate.mean, decimals), "low": figure(estimate.low, decimals),
        "high": figure(estimate.high, decimals),
    }  # fmt: skip


def ranged_change(estimate: Estimate, decimals: int = 1) -> str:
    if signed(estimate.low, decimals) == signed(estimate.high, decimals):
        return signed(estimate.mean, decimals)
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": signed(estimate.mean, decimals), "low": signed(estimate.low, decimals),
        "high": signed(estimate.high, decimals),
    }  # fmt: skip


def rank_range(estimate: Estimate) -> str:
    """Median rank with its range from 5 to 95 %."""
    if estimate.low == estimate.high:
        return figure(estimate.median, 0)
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": figure(estimate.median, 0), "low": figure(estimate.low, 0), "high": figure(estimate.high, 0),
    }  # fmt: skip


def headline(outcome: Outcome) -> str:
    """The result in one or two sentences, with its ranges."""
    parts = {
        "score": ranged(outcome.after.score), "rank": rank_range(outcome.after.rank),
        "chance": chance(outcome.one_better), "places": ranged_change(outcome.places),
    }  # fmt: skip
    if outcome.points.low == outcome.points.high == 0.0:
        return _("Without any change: %(score)s points and rank %(rank)s in the next edition.") % parts
    return _(
        "In the next edition %(score)s points and rank %(rank)s; probability of at least one place better than"
        " without the change: %(chance)s, on average %(places)s places."
    ) % parts  # fmt: skip


def accuracy(outcome: Outcome) -> str:
    """What the simulation itself leaves open."""
    return _(
        "%(draws)s draws with the same random numbers before and after. Standard error of the simulation: %(score)s"
        " points in the mean total, %(rank)s in the mean rank, %(places)s in the mean places, %(share)s percentage"
        " points in the probability of a place."
    ) % {
        "draws": figure(outcome.draws, 0), "score": figure(outcome.after.score.error, 2),
        "rank": figure(outcome.after.rank.error, 2), "places": figure(outcome.places.error, 2),
        "share": figure(100 * outcome.one_better.error, 1),
    }  # fmt: skip


def notes(found: tuple[Note, ...], groups: tuple[Group, ...]) -> list[str]:
    """What the model assumes, one sentence each. Unknown values and open lists are counted, not repeated."""
    titles = {row.key: row.title for row in rows_of(groups).values()} | {
        item.key: item.title for item in groups
    }
    texts = []
    unknown = [titles.get(str(item.values["key"]), "") for item in found if item.code == "indicator_unknown"]
    open_lists = [
        titles.get(str(item.values["group"]), "") for item in found if item.code == "list_incomplete"
    ]
    for item in found:
        if item.code not in ("indicator_unknown", "list_incomplete"):
            texts.append(_note(item, titles))
    if open_lists:
        texts.append(
            _(
                "The list of indicators is not completely known in: %(groups)s. What one indicator weighs there is drawn."
            )
            % {"groups": ", ".join(open_lists)}
        )
    if unknown:
        texts.append(ngettext(
            "The present value of %(count)d indicator is not published; it is drawn, and only points more can be asked for.",
            "The present values of %(count)d indicators are not published; they are drawn, and only points more can be asked for.",
            len(unknown),
        ) % {"count": len(unknown)})  # fmt: skip
    return texts


def _note(item: Note, titles: Mapping[str, str]) -> str:
    values: dict[str, Any] = dict(item.values)
    values["title"] = titles.get(str(values.get("key", "")), str(values.get("key", "")))
    sentences = {
        "no_years": _("No two editions with scores are known: how far cities move is assumed, not learned."),
        "few_years": ngettext(
            "How cities move is learned from %(years)s transition between editions only; the ranges are therefore wide.",
            "How cities move is learned from %(years)s transitions between editions only; the ranges are therefore wide.",
            int(values["years"]) if item.code == "few_years" else 0,
        ),
        "method_breaks": _("The method changed in the editions %(years)s; what moved then is part of the spread."),
        "break_expected": _("A change of method is expected for the next edition; the ranges are wider."),
        "own_still": _("The own city is held at its present values; only the others move."),
        "own_rank_only": _("Only the rank of the own city is published, its score is drawn between its neighbours."),
        "ranks_only": _("Of %(count)s cities only the rank is published; their score is drawn between their neighbours."),
        "unnamed": _("Of %(count)s participants nothing is published; their score is drawn."),
        "contradicted": _("%(count)s published ranks contradict published scores and were not used."),
        "raw_recomputed": _("%(title)s: the scores of all cities were computed anew from the raw values."),
        "exceeds_scale": _("%(title)s: the raw value lies beyond all others and moves the scale of all."),
    }  # fmt: skip
    return sentences[item.code] % values if item.code in sentences else f"{item.code}: {values}"


def row_title(row: Row, groups: tuple[Group, ...]) -> str:
    """The figure's title, with its category where another one is called the same."""
    same = sum(other.title == row.title for other in rows_of(groups).values())
    if same < 2:
        return row.title
    category = next((item.title for item in groups if item.key == row.group), row.group)
    return f"{row.title} ({category})"


def change_text(change: Change, groups: tuple[Group, ...]) -> tuple[str, str, str]:
    """Title of the changed figure; from what to what; how sure that is."""
    row = rows_of(groups).get((change.of, change.key))
    title = row_title(row, groups) if row is not None else change.key
    if change.kind == "raw":
        what = raw_text(change, row)
    elif change.kind == "gain":
        what = _("%(points)s points") % {"points": signed(change.likely)}
    else:
        what = _("%(before)s → %(after)s points") % {
            "before": figure(row.present if row is not None else None), "after": figure(change.likely),
        }  # fmt: skip
    sure = []
    if change.low < change.high:
        decimals = None if change.kind == "raw" else 1
        sure.append(_("between %(low)s and %(high)s") % {
            "low": figure(change.low, decimals), "high": figure(change.high, decimals),
        })  # fmt: skip
    if change.probability < 1:
        sure.append(_("succeeds with %(share)s") % {"share": percent(change.probability)})
    if change.slack_months is not None:
        sure.append(_("%(slack)s months before the survey, %(low)s to %(high)s months late") % {
            "slack": figure(change.slack_months, 0), "low": figure(change.delay_months[0], 0),
            "high": figure(change.delay_months[2], 0),
        })  # fmt: skip
    return title, what, "; ".join(sure) or _("assumed to be certain")


def raw_text(change: Change, row: Row | None) -> str:
    """From which to which raw value with its unit, and what that is in points where the scale is still known."""
    raw = row.raw if row is not None else None
    values = {
        "before": figure(raw.present if raw is not None else None, None),
        "after": numbers.with_unit(figure(change.likely, None), change.unit),
    }  # fmt: skip
    if raw is None:
        return _("%(before)s → %(after)s") % values
    values |= {"from": figure(raw.points(raw.present)), "to": figure(raw.points(change.likely))}
    return _("%(before)s → %(after)s (%(from)s → %(to)s points)") % values


def raw_now(row: Row) -> str:
    """The present raw value with its unit, beside the lowest and the highest of the field."""
    if row.raw is None:
        return ""
    low, high = row.raw.reach
    return _("%(value)s, all cities from %(low)s to %(high)s") % {
        "value": numbers.with_unit(figure(row.raw.present, None), row.raw.unit), "low": figure(low, None),
        "high": figure(high, None),
    }  # fmt: skip


def fault(item: Fault) -> str:
    """What is wrong with an entry, with its name."""
    values = dict(item.values)
    for name in ("low", "high", "most"):
        if name in values:
            values[name] = figure(float(values[name]), None if item.code == "outside_raw" else 0)
    title = values.setdefault("title", item.place)
    sentences = {
        "unknown": _("%(title)s: there is no such indicator in this edition."),
        "no_number": _("%(title)s: this is not a number."),
        "outside": _("%(title)s: possible are %(low)s to %(high)s points."),
        "outside_raw": _("%(title)s: possible are %(low)s to %(high)s (%(unit)s)."),
        "raw_unknown": _("%(title)s: how its raw values become points is not known, so none can be entered."),
        "order": _("%(title)s: the lowest, the likely and the highest value must not fall."),
        "twice": _("%(title)s: changed twice."),
        "present_unknown": _(
            "%(title)s: the present value is not published, so only points more can be asked for."
        ),
        "no_probability": _("%(title)s: the probability must lie between 0 and 100 percent."),
        "delay": _("%(title)s: delays must not fall and not exceed %(most)s months."),
        "none": _("Nothing is changed; a scenario needs at least one change."),
        "too_many": _("No more than %(most)s changes at once."),
        "no_percentage": _("%(title)s: a percentage from 0 to 100 is needed."),
        "no_choice": _("%(title)s: there is no such choice."),
        "no_rank": _("%(title)s: a rank from %(low)s to %(high)s is needed."),
    }
    del title
    return sentences[item.code] % values
