"""The decision paper: one page from one scenario or a comparison, put together by rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.engines.ranking import Outcome
from steuerrad.modules.prioritisation.one_page import fullest, shortened
from steuerrad.modules.prioritisation.whatif import charts, tables, texts
from steuerrad.modules.prioritisation.whatif.rules import Change, Group
from steuerrad.platform.documents.model import (
    Block,
    BulletList,
    Callout,
    Column,
    Document,
    Figure,
    Heading,
    ListItem,
    Paragraph,
    Table,
    runs,
)
from steuerrad.platform.ui.charts import specs as chart_specs
from steuerrad.platform.ui.charts.draw import draw

CHART_WIDTHS = (
    780.0,
    900.0,
    1060.0,
    1060.0,
    1250.0,
)  # the wider the chart is laid out, the lower it is on paper
NOTE_LENGTHS = (420, 300, 200, 120, 90)
CHANGES_SHOWN = (8, 6, 4, 2, 1)
NOTES_SHOWN = (5, 4, 3, 2, 2)
LABEL_LENGTHS = (120, 70, 60, 50, 30)
SHORT_FROM = 2  # brevity from which options beside one another only say whether a change is certain


@dataclass(frozen=True)
class Option:
    """A scenario as the paper shows it. hash: checksum of the version."""

    title: str
    note: str
    number: int
    changes: tuple[Change, ...]
    outcome: Outcome
    hash: str
    released: bool


@dataclass(frozen=True)
class PaperFacts:
    """All that a paper is made of. now: printed score and rank of the present edition; source: name of the index; anew:
    the numbers are those of the date, not those that were saved.
    """

    title: str
    city: str
    edition: str
    source: str
    groups: tuple[Group, ...]
    now: tuple[str, str]
    options: tuple[Option, ...]
    author: str
    date: dt.date
    engine: str
    is_demo: bool = False
    anew: bool = False

    def names(self, brevity: int) -> tuple[str, ...]:
        """What options are called in the paper: A, B, C, D beside one another, the only one by its title."""
        return tuple("ABCD"[: len(self.options)]) if len(self.options) > 1 else self.labels(brevity)

    def labels(self, brevity: int = 0) -> tuple[str, ...]:
        """Titles of the options, told apart by a number where two are called the same."""
        titles = [shortened(option.title, LABEL_LENGTHS[brevity]) for option in self.options]
        return tuple(
            f"{title} ({number})" if titles.count(title) > 1 else title
            for number, title in enumerate(titles, 1)
        )


def paper(facts: PaperFacts, brevity: int = 0) -> Document:
    """The paper in the language of now. brevity 0 to 4: how much of what may be left out is left out."""
    blocks: list[Block] = []
    if facts.is_demo:
        blocks.append(
            Callout("warning", runs(_("Demonstration: the assumptions in this paper are made up.")))
        )
    blocks += _question(facts, brevity)
    blocks += _options(facts, brevity)
    blocks += [Heading(1, _("Result")), *(Paragraph(runs(text)) for text in _result(facts, brevity))]
    blocks += _assumed(facts, brevity)
    blocks += _not_said()
    blocks += [Heading(1, _("Sources")), Paragraph(runs(_sources(facts, brevity)))]
    return Document(
        title=_("Decision paper: %(title)s") % {"title": facts.title}, language=texts.language(), blocks=tuple(blocks),
        subtitle=f"{facts.city} · {facts.edition}", author=facts.author, date=facts.date, compact=True,
    )  # fmt: skip


def _question(facts: PaperFacts, brevity: int) -> list[Block]:
    count = sum(len(option.changes) for option in facts.options)
    if len(facts.options) == 1:
        question = ngettext(
            "What would %(count)d changed indicator do to the place of %(city)s in the edition after %(edition)s?",
            "What would %(count)d changed indicators do to the place of %(city)s in the edition after %(edition)s?",
            count,
        )
    else:
        count = len(facts.options)
        question = _(
            "Which of %(count)d options does most for the place of %(city)s in the edition after %(edition)s?"
        )
    text = question % {"count": count, "city": facts.city, "edition": facts.edition}
    note = shortened(facts.options[0].note, NOTE_LENGTHS[brevity]) if len(facts.options) == 1 else ""
    return [Heading(1, _("Question")), Paragraph(runs(f"{text} {note}".strip()))]


def _options(facts: PaperFacts, brevity: int) -> list[Block]:
    outcomes = [option.outcome for option in facts.options]
    spec = tables.comparison_table(facts.names(brevity), outcomes)
    headers = (_("Option"), _("Total"), _("Rank"), _("Places gained"), _("One place better"))
    columns = tuple(Column(header, "right" if number else "left") for number, header in enumerate(headers))
    present = (_("Present edition, as published"), facts.now[0], facts.now[1], "–", "–")
    note = _(
        "Means of total and places, median of the rank, each with its range from 5 to 95 %; all but the first row are of the next edition."
    )
    table = Table(_("Options side by side"), columns, (present, *spec.rows), id="options", note=note)
    items = tuple(
        ListItem(runs(text))
        for label, option in zip(facts.names(brevity), facts.options, strict=True)
        for text in _changes(facts, label, option, brevity)
    )
    return [Heading(1, _("Options")), BulletList(items), table, _figure(facts, brevity)]


def _changes(facts: PaperFacts, label: str, option: Option, brevity: int) -> list[str]:
    """What is changed, a sentence each, or in one sentence when options stand beside one another."""
    short = brevity >= SHORT_FROM and len(facts.options) > 1
    shown = []
    for change in option.changes[: CHANGES_SHOWN[brevity]]:
        title, what, sure = texts.change_text(change, facts.groups)
        uncertain = change.low < change.high or change.probability < 1 or change.slack_months is not None
        if short:
            sure = _("not certain") if uncertain else _("certain")
        shown.append(f"{title}: {what} ({sure})")
    rest = len(option.changes) - len(shown)
    if rest:
        shown.append(ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest})
    return (
        shown
        if len(facts.options) == 1
        else [f"{label} – {shortened(option.title, LABEL_LENGTHS[brevity])}: {'; '.join(shown)}"]
    )


def _figure(facts: PaperFacts, brevity: int) -> Figure:
    spec: chart_specs.Chart
    if len(facts.options) == 1:
        spec = charts.odds(facts.options[0].outcome)
    else:
        first = facts.options[0].outcome.before
        rows = [(_("Without any change"), first)]
        rows += [
            (label, option.outcome.after)
            for label, option in zip(facts.names(brevity), facts.options, strict=True)
        ]
        spec = charts.rank_ranges(rows)
    caption = f"{spec.title} ({spec.subtitle})"
    return Figure(
        draw(spec, CHART_WIDTHS[brevity], "paper"), f"{spec.title}. {spec.summary()}", caption, "chart"
    )


def _result(facts: PaperFacts, brevity: int) -> list[str]:
    if len(facts.options) == 1:
        outcome = facts.options[0].outcome
        return [f"{texts.headline(outcome)} {_split(outcome)}"]
    named = sorted(
        zip(facts.names(brevity), facts.options, strict=True),
        key=lambda pair: (-pair[1].outcome.places.mean, -pair[1].outcome.points.mean),
    )
    (best, first), (worst, last) = named[0], named[-1]
    if texts.signed(first.outcome.places.mean) == texts.signed(last.outcome.places.mean):
        return [_("All options gain %(places)s places on average.") % {
            "places": texts.ranged_change(first.outcome.places),
        }]  # fmt: skip
    return [
        _(
            "Most places on average: %(best)s with %(places)s; probability of at least one place better %(chance)s."
            " Fewest: %(worst)s with %(fewest)s. The ranges overlap where the table shows it: the order is no certainty."
        ) % {
            "best": best, "places": texts.ranged_change(first.outcome.places),
            "chance": texts.chance(first.outcome.one_better), "worst": worst,
            "fewest": texts.ranged_change(last.outcome.places),
        }
    ]  # fmt: skip


def _split(outcome: Outcome) -> str:
    return _(
        "Of the change from now to then the city itself makes %(own)s points, everything else %(field)s points."
    ) % {
        "own": texts.ranged_change(outcome.split_points.own), "field": texts.ranged_change(outcome.split_points.field),
    }  # fmt: skip


def _assumed(facts: PaperFacts, brevity: int) -> list[Block]:
    outcome = facts.options[0].outcome
    found = texts.notes(outcome.notes, facts.groups)[: NOTES_SHOWN[brevity]]
    items = tuple(ListItem(runs(text)) for text in (*found, texts.accuracy(outcome)))
    return [Heading(1, _("What is assumed")), BulletList(items)]


def _not_said() -> list[Block]:
    found = (
        _("What the changes cost and how long they take: this paper knows no money."),
        _("Whether a measure reaches the values: they are assumptions of who wrote the scenario."),
        _("What the publishers of the index will ask and weigh next time."),
    )
    return [
        Heading(1, _("What this paper does not say")),
        BulletList(tuple(ListItem(runs(text)) for text in found)),
    ]


def _sources(facts: PaperFacts, brevity: int) -> str:
    named = zip(facts.names(brevity), facts.options, strict=True)
    hashes = ", ".join(f"{label} v{option.number} ({option.hash[:12]})" for label, option in named)
    state = _("released") if all(option.released for option in facts.options) else _("not released")
    text = _(
        "Published results of %(source)s up to %(edition)s; simulation %(engine)s with %(draws)s draws, seed %(seed)s."
        " Scenarios, version and checksum: %(hashes)s; %(state)s."
    ) % {
        "source": facts.source, "edition": facts.edition, "engine": facts.engine,
        "draws": texts.figure(facts.options[0].outcome.draws, 0), "seed": facts.options[0].outcome.seed,
        "hashes": hashes, "state": state,
    }  # fmt: skip
    return f"{text} {_('Computed anew on the date of this paper.')}" if facts.anew else text


def one_page(facts: PaperFacts) -> Document:
    """The fullest paper that fits on one page."""
    return fullest(lambda brevity: paper(facts, brevity), len(CHART_WIDTHS))
