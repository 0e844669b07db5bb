"""The annex: rules and thresholds, how the index counts, sources."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.facts import MemoFacts, Ranked
from steuerrad.modules.city_index.memo.rules import THRESHOLDS, Threshold
from steuerrad.platform.documents.model import Block, Cell, Column, Heading, Link, Paragraph, Run, Table, Text

SHOWN = 88  # characters of an address; the link leads to all of it


def annex(facts: MemoFacts) -> tuple[Block, ...]:
    return (
        Heading(1, _("Annex"), "annex"),
        Heading(2, _("Rules and thresholds")),
        Paragraph(
            (
                Text(
                    _(
                        "All statements were made from the figures by fixed rules; wordings may have been edited."
                    )
                ),
            )
        ),
        thresholds(),
        Heading(2, _("How the index counts")),
        *(Paragraph((Text(text),)) for text in method(facts)),
        *places(facts),
        *sources(facts),
    )


def thresholds() -> Table:
    return Table(
        _("Rules of this memo"), (Column(_("Rule")), Column(_("Threshold"), "right")),
        tuple((texts.gettext(one.title), _amount(one)) for one in THRESHOLDS), "table-rules",
    )  # fmt: skip


def _amount(one: Threshold) -> str:
    unit = texts.UNITS[one.unit]
    return (texts.gettext(unit) if one.unit != "count" else unit) % {"value": texts.plain_number(one.value)}


def method(facts: MemoFacts) -> list[str]:
    """What the figures of this memo rest on."""
    found = [
        _("An indicator has 0 to 100 points; 100 is the best value that a city reached. Pilot projects bring at most "
          "%(share)s %% of the attainable points of their category.")
        % {"share": texts.plain_number(facts.bonus_share * 100)},
        _("Category score: sum of all points, pilots included, divided by the attainable points. Total: mean of the "
          "categories. Both rules reproduce the published scores within rounding; the publisher has not printed them."),
        _("Scores are checked by interval arithmetic: a printed figure stands for every value that rounds to it, and "
          "counts as wrong only when none of them is possible."),
    ]  # fmt: skip
    if facts.previous:
        found.append(
            _("Counterparts: indicators of the two editions are tied by a mapping. A change is stated only for the same "
              "indicator on the same scale; everything else is marked n/c (not comparable). What goes into an indicator is "
              "published only in part, so an equal name counts as the same indicator unless something speaks against it.")
        )  # fmt: skip
    return found


def places(facts: MemoFacts) -> tuple[Block, ...]:
    """What is known of the places of other cities: the numbers behind the strips."""
    rows = [
        (
            one.name or pgettext("index", "Total"),
            "; ".join(_place(city) for city in one.known if city.rank is not None),
        )
        for one in (facts.total, *(category.standing for category in facts.categories))
    ]
    rows = [row for row in rows if row[1]]
    if not rows:
        return ()
    return (
        Heading(2, _("Known places of other cities")),
        Table(
            _("Places of other cities %(edition)s, points in brackets") % {"edition": facts.edition},
            (Column(_("Category")), Column(_("Known places"))), tuple(rows), "table-places",
            note=_("The source of each place is given with the edition in the interface."),
        ),
    )  # fmt: skip


def _place(city: Ranked) -> str:
    return f"{city.rank} {city.city}" + ("" if city.score is None else f" ({texts.points(city.score)})")


def sources(facts: MemoFacts) -> tuple[Block, ...]:
    if not facts.sources:
        return ()
    rows: list[tuple[Cell | str, ...]] = []
    for number, one in enumerate(facts.sources, 1):
        name: Run = Text(one.title)
        if one.url:
            shown = one.url.partition("://")[2] if one.title == one.key else one.title
            name = Link(shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…", one.url)
        rows.append((Cell((Text(f"[{number}]"),), f"source-{number}"), Cell((name,))))
    return (
        Heading(2, _("Sources")),
        Table(
            _("Sources of the figures"), (Column(_("No.")), Column(_("Document or page"))), tuple(rows),
            "table-sources",
        ),
    )  # fmt: skip
