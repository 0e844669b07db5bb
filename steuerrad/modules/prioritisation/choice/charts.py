"""Pictures of a choice: money by year, the frontier, and how firmly each measure is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.prioritisation.choice.inputs import Inputs
from steuerrad.modules.prioritisation.choice.texts import euro, points, share, spread, worst
from steuerrad.modules.prioritisation.whatif.texts import language
from steuerrad.platform.ui.charts.specs import Bar, BarChart, Chart, Table
from steuerrad.platform.ui.charts.specs_chances import IntervalChart, Range

MOST_BARS = 24
THOUSAND = 1000


def money(result: Mapping[str, Any]) -> Chart | None:
    """Own funds by year beside their limit."""
    rows = result["years"]
    if not any(row["own"] or row["own_limit"] is not None for row in rows):
        return None
    return BarChart(
        title=_("Own funds by year"), unit=_("thousand EUR"), decimals=0, language=language(),
        label_name=_("Year"), value_name=_("needed"), reference_name=_("at hand"),
        bars=tuple(
            Bar(str(row["year"]), row["own"] / THOUSAND,
                reference=None if row["own_limit"] is None else row["own_limit"] / THOUSAND)
            for row in rows
        ),
        description=_("Own funds that the chosen measures need in each year, with the budget as a mark."),
    )  # fmt: skip


def money_table(result: Mapping[str, Any]) -> Table:
    """All pots by year."""

    def limited(row: Mapping[str, Any], kind: str) -> str:
        limit = row[f"{kind}_limit"]
        if kind == "staff":
            return (
                f"{points(row[kind], 0)} / {points(limit, 0)}" if limit is not None else points(row[kind], 0)
            )
        return f"{euro(row[kind])} / {euro(limit)}" if limit is not None else euro(row[kind])

    header = (
        _("Year"),
        _("Own funds / limit"),
        _("From programmes"),
        _("Grants / limit"),
        _("Staff days / limit"),
    )
    rows = tuple(
        (
            str(row["year"]),
            limited(row, "own"),
            euro(row["programmes"]),
            limited(row, "grants"),
            limited(row, "staff"),
        )
        for row in result["years"]
    )
    return Table(_("Money and staff by year"), header, rows, (False, True, True, True, True))


def frontier(result: Mapping[str, Any]) -> Chart:
    """Points that each amount of money can bring, with their range; the chosen portfolio is marked."""
    chosen = set(result["chosen"])
    return IntervalChart(
        title=_("What each amount of money can bring"),
        subtitle=_("efficient portfolios: no cheaper one brings as much on average"),
        unit=_("index points"), decimals=2, language=language(), label_name=_("Net cost"), value_name=_("expected"),
        range_name=_("5 to 95 %"), minimum=0.0,
        ranges=tuple(
            Range(_("%(cost)s, chosen") % {"cost": euro(one["net"])} if set(one["chosen"]) == chosen else euro(one["net"]),
                  one.get("low"), one["mean"], one.get("high"), int(set(one["chosen"]) == chosen))
            for one in result["frontier"]
        ),
    )  # fmt: skip


def firmness(result: Mapping[str, Any], inputs: Inputs) -> Chart | None:
    """Core index of the measures, the firmest first."""
    rows = sorted(result["items"].items(), key=lambda pair: (-pair[1].get("core", 0.0), pair[0]))
    named = inputs.named()
    bars = tuple(
        Bar(named[ref].code or named[ref].title[:40], 100 * reason.get("core", 0.0), highlight=reason["in"])
        for ref, reason in rows[:MOST_BARS]
        if reason.get("core", 0.0) > 0
    )
    if not bars:
        return None
    return BarChart(
        title=_("How firmly a measure is in"),
        subtitle=_("share of best portfolios that contain it, over scenarios and budgets; chosen ones are marked"),
        unit="%", decimals=0, language=language(), label_name=_("Measure"), value_name=_("Core index"), maximum=100,
        bars=bars,
    )  # fmt: skip


def sensitivity(result: Mapping[str, Any], inputs: Inputs) -> Table:
    """What more or less money of all budgets would bring, and who would come and go."""
    chosen = set(result["chosen"])
    order = [item.ref for item in inputs.items]
    rows: list[tuple[str, ...]] = []
    for one in result["sensitivity"]:
        if "mean" not in one:
            rows.append((share(one["factor"]), _("no portfolio keeps the rules"), "", "", ""))
            continue
        new = set(one["chosen"])
        comes = [ref for ref in order if ref in new - chosen]
        goes = [ref for ref in order if ref in chosen - new]
        rows.append(
            (
                share(one["factor"]),
                spread(one),
                euro(one["net"]),
                codes(comes, inputs),
                codes(goes, inputs),
            )
        )
    header = (_("All budgets at"), _("Expected points"), _("Net cost"), _("Comes in"), _("Goes out"))
    return Table(_("More or less money"), header, tuple(rows), (False, True, True, False, False))


def rivals(result: Mapping[str, Any], inputs: Inputs) -> Table:
    """The next best portfolios by expected points, by what they do otherwise."""
    chosen = set(result["chosen"])
    order = [item.ref for item in inputs.items]
    rows = tuple(
        (str(number), spread(one), euro(one["net"]),
         codes([ref for ref in order if ref in set(one["chosen"]) - chosen], inputs),
         codes([ref for ref in order if ref in chosen - set(one["chosen"])], inputs))
        for number, one in enumerate(result["runners"], 1)
    )  # fmt: skip
    header = (_("Place"), _("Expected points"), _("Net cost"), _("Comes in"), _("Goes out"))
    return Table(_("The best portfolios by expected points"), header, rows, (False, True, True, False, False))


def cautions(result: Mapping[str, Any], inputs: Inputs) -> Table:
    """The mean against the worst tenth."""
    chosen = set(result["chosen"])
    order = [item.ref for item in inputs.items]
    rows = tuple(
        (share(one["caution"]), spread(one), worst(one), euro(one["net"]),
         codes([ref for ref in order if ref in set(one["chosen"]) - chosen], inputs),
         codes([ref for ref in order if ref in chosen - set(one["chosen"])], inputs))
        for one in result["cautions"]
    )  # fmt: skip
    header = (_("Weight of the worst tenth"), _("Expected points"), _("Mean of the worst tenth"), _("Net cost"),
              _("Comes in"), _("Goes out"))  # fmt: skip
    return Table(_("Expected gain or caution"), header, rows, (False, True, True, True, False, False))


def codes(refs: list[str], inputs: Inputs) -> str:
    named = inputs.named()
    return ", ".join(named[ref].code or named[ref].title for ref in refs if ref in named) or "–"


def targets(result: Mapping[str, Any], inputs: Inputs) -> Table:
    """What each target gains, in points of the total."""
    titles = {target.key: target.title for target in inputs.targets}
    rows = tuple(
        (str(titles.get(one["key"], one["key"])), points(one["points"]), f"{points(one['low'])} – {points(one['high'])}",
         share(one["full"]))
        for one in sorted(result["solution"]["targets"], key=lambda one: -one["points"])
    )  # fmt: skip
    header = (_("Target"), _("Expected points"), _("In 90 of 100 cases"), _("Nothing left to gain"))
    return Table(_("Where the points come from"), header, rows, (False, True, True, True))
