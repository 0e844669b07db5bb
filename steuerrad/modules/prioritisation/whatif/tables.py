"""Results as tables that pages, papers and files share."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from steuerrad.engines.ranking import Outcome
from steuerrad.modules.prioritisation.whatif import texts
from steuerrad.modules.prioritisation.whatif.levers import Lever, Way
from steuerrad.modules.prioritisation.whatif.rules import Change, Group
from steuerrad.platform.ui.charts.specs import Table


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], texts_first: int = 1) -> Table:
    numeric = tuple(index >= texts_first for index in range(len(header)))
    return Table(caption, tuple(header), tuple(tuple(row) for row in rows), numeric)


def result_table(outcome: Outcome, now: tuple[str, str]) -> Table:
    """Present edition, next edition without and with the change. now: printed score and rank of the present one."""
    before, after = outcome.before, outcome.after
    rows = [
        (_("Present edition, as published"), *now, ""),
        (_("Next edition without the change"), texts.ranged(before.score), texts.rank_range(before.rank),
         texts.ranged(before.rank)),
        (_("Next edition with the change"), texts.ranged(after.score), texts.rank_range(after.rank),
         texts.ranged(after.rank)),
    ]  # fmt: skip
    header = (
        _("Edition"), _("Total: mean (5–95 %)"), _("Rank: median (5–95 %)"), _("Rank: mean (5–95 %)"),
    )  # fmt: skip
    return _table(_("Total and rank"), header, [(*row[:3], row[3] or "–") for row in rows])


def effect_table(outcome: Outcome) -> Table:
    """What the change does, and what the field does meanwhile: exact, draw by draw."""
    points, places = outcome.split_points, outcome.split_places
    rows = [
        (_("Own change, the others as now"), texts.ranged_change(points.own), texts.ranged_change(places.own)),
        (_("Everything else until the next edition"), texts.ranged_change(points.field), texts.ranged_change(places.field)),
        (_("Both together, from now to then"), texts.ranged_change(points.total), texts.ranged_change(places.total)),
    ]  # fmt: skip
    header = (_("Effect"), _("Points (5–95 %)"), _("Places (5–95 %)"))
    return _table(_("Own effect and effect of the field"), header, rows)


def changes_table(changes: Sequence[Change], groups: tuple[Group, ...], name: str = "") -> Table:
    """name: of the scenario, where several tables stand on one page."""
    rows = [texts.change_text(change, groups) for change in changes]
    caption = _("What is changed: %(name)s") % {"name": name} if name else _("What is changed")
    return _table(caption, (_("Indicator"), _("From and to"), _("How sure")), rows, 3)


def levers_table(levers: Sequence[Lever], groups: tuple[Group, ...]) -> Table:
    names = {group.key: group.title for group in groups}
    rows = [
        (item.row.title, names.get(item.row.group, ""), texts.signed(item.gain, 1),
         texts.ranged_change(item.points, 2), texts.ranged_change(item.places, 1), texts.chance(item.one_better),
         "–" if item.row.present is None else texts.ranged_change(item.when_full, 2))
        for item in levers
    ]  # fmt: skip
    header = (
        _("Indicator"), _("Category"), _("Raised by"), _("Points of the total (5–95 %)"), _("Places (5–95 %)"),
        _("At least one place better"), _("Points of the total at its maximum (5–95 %)"),
    )  # fmt: skip
    return _table(_("One indicator at a time"), header, rows, 2)


def way_table(way: Way, groups: tuple[Group, ...]) -> Table:
    rows = [
        (texts.row_title(step.row, groups), texts.signed(step.gain, 1), texts.ranged_change(step.points, 2))
        for step in way.steps
    ]
    header = (_("Indicator"), _("Points more"), _("Points of the total (5–95 %)"))
    return _table(_("The cheapest points on the way"), header, rows)


def comparison_table(names: Sequence[str], outcomes: Sequence[Outcome]) -> Table:
    """Scenarios below one another, first the next edition without any change."""
    first = outcomes[0].before
    rows = [(_("Without any change"), texts.ranged(first.score), texts.rank_range(first.rank), "–", "–")]
    rows += [
        (name, texts.ranged(item.after.score), texts.rank_range(item.after.rank), texts.ranged_change(item.places),
         texts.chance(item.one_better))
        for name, item in zip(names, outcomes, strict=True)
    ]  # fmt: skip
    header = (
        _("Scenario"), _("Total: mean (5–95 %)"), _("Rank: median (5–95 %)"), _("Places gained (5–95 %)"),
        _("At least one place better"),
    )  # fmt: skip
    return _table(_("Scenarios compared"), header, rows)
