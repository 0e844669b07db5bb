"""The dossier for the steering committee: totals, lights with reasons, what is due, money, decisions, each measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models.portfolio import COLOUR_LABELS
from steuerrad.modules.strategy.portfolio.charts import money_chart
from steuerrad.modules.strategy.portfolio.output.asked import Asked
from steuerrad.modules.strategy.portfolio.output.content import Content
from steuerrad.modules.strategy.portfolio.output.sections import anchor, measure_blocks
from steuerrad.modules.strategy.portfolio.queries.overview import DUE_DAYS, Due, YearMoney, colour_counts
from steuerrad.modules.strategy.portfolio.rules.light import Colour, Timeliness
from steuerrad.modules.strategy.portfolio.rules.money import total
from steuerrad.modules.strategy.portfolio.texts import euro, explain, money_fault, thresholds, when
from steuerrad.platform.documents.chart import chart_figure
from steuerrad.platform.documents.model import (
    Block,
    BulletList,
    Callout,
    Cell,
    Column,
    Document,
    Heading,
    Link,
    ListItem,
    Paragraph,
    Strong,
    Table,
    runs,
)
from steuerrad.platform.ui.charts.specs_gantt import GanttChart

DUE_WORDS = {
    "milestone": lambda: _("Milestone"),
    "report": lambda: _("Status report"),
    "risk": lambda: _("Review of a risk"),
    "deadline": lambda: _("Application deadline"),
    "spending": lambda: _("End of the spending period"),
}


@dataclass(frozen=True)
class DossierFacts:
    """timelines: parts that fit on a page. chosen: the choice of measures in words. due: only of these measures and of funding programmes."""

    city: str
    content: Content
    due: Sequence[Due]
    asked: Sequence[Asked]
    timelines: Sequence[GanttChart]
    chosen: Sequence[tuple[str, str]]
    programmes: dict[str, str]
    today: date


def dossier_document(facts: DossierFacts) -> Document:
    """In the language of now."""
    content = facts.content
    blocks: list[Block] = []
    if any(state.demo for state in content.states):
        blocks.append(Callout("warning", runs(_("Entries marked as demo are invented for trying out; they are not figures of the city."))))  # fmt: skip
    blocks += [Heading(1, _("Overview")), lights_table(facts), *light_notes()]
    blocks += [Heading(1, _("Decisions asked for")), *asked_blocks(facts)]
    blocks += [Heading(1, _("Late measures")), *late_blocks(facts)]
    blocks += [Heading(1, _("Due in the next %(days)d days") % {"days": DUE_DAYS}), *due_blocks(facts)]
    blocks += [Heading(1, _("Money")), *money_blocks(content)]
    if facts.timelines:
        blocks.append(Heading(1, _("Timeline")))
        blocks += [chart_figure(chart, id=f"timeline-{place}", with_table=False) for place, chart in enumerate(facts.timelines, 1)]  # fmt: skip
    blocks.append(Heading(1, _("Measures")))
    for state in content.states:
        blocks += measure_blocks(state, content, facts.programmes)
    return Document(
        _("Portfolio of measures"), (get_language() or "de")[:2], tuple(blocks),
        subtitle=_("Dossier for the steering committee"), author="Steuerrad", date=facts.today,
        meta=((_("City"), facts.city), *facts.chosen, *totals(content)),
    )  # fmt: skip


def totals(content: Content) -> list[tuple[str, str]]:
    """Real and invented money is never added."""
    found = [(_("Measures"), str(len(content.states)))]
    if not content.reads:
        return found
    real = total(line.rules for line in content.lines if not line.demo)
    found += [(_("Planned, all years"), euro(real.planned)), (_("Spent"), euro(real.spent))]
    invented = [line for line in content.lines if line.demo]
    if invented:
        found.append((_("Planned, demo entries"), euro(total(line.rules for line in invented).planned)))
    return found


def lights_table(facts: DossierFacts) -> Table:
    counts = colour_counts(facts.content.states)
    meaning = {
        Colour.RED: _("A date, the money or a KPI has gone wrong; somebody has to decide."),
        Colour.YELLOW: _("Something is behind or not confirmed; it can still be caught up with."),
        Colour.GREEN: _("Nothing that is known speaks against the plan."),
        Colour.GREY: _("Too little is known to say."),
    }
    rows = tuple(
        (str(COLOUR_LABELS[colour]), str(counts[colour.value]), text) for colour, text in meaning.items()
    )
    columns = (Column(_("Light")), Column(_("Measures"), "right"), Column(_("Meaning")))
    return Table(_("Measures by light"), columns, rows, id="lights")


def light_notes() -> Iterator[Block]:
    yield Paragraph(runs(_("The light is computed from dates, money, KPIs and reports; the worst of them decides. The limits:")))  # fmt: skip
    yield BulletList(tuple(ListItem(runs(Strong(str(number)), f" {text}")) for text, number in thresholds()))


def named(facts: DossierFacts, number: str, title: str, demo: bool) -> Cell:
    """The measure as a link to its section."""
    mark = f" ({_('Demo')})" if demo else ""
    return Cell(runs(Link(f"{number} {title}", f"#{anchor(number)}"), mark))


def asked_blocks(facts: DossierFacts) -> Iterator[Block]:
    yield Paragraph(runs(_("Found by rule from what is entered: late dates, broken orders, rules of funding programmes, severe risks and overrides that end soon.")))  # fmt: skip
    if not facts.asked:
        yield Paragraph(runs(_("Nothing asks for a decision.")))
        return
    rows = tuple(
        (named(facts, item.measure.number, item.measure.title, item.demo), question(item, facts)) for item in facts.asked
    )  # fmt: skip
    yield Table(_("Decisions asked for"), (Column(_("Measure")), Column(_("Question"))), rows, id="asked")


def question(item: Asked, facts: DossierFacts) -> str:
    if item.what == "money" and item.fault is not None:
        return f"{money_fault(item.fault, facts.programmes)} {_('Which money takes its place?')}"
    if item.what == "risk" and item.risk is not None:
        return _("The risk “%(risk)s” is severe or has occurred. Is the response enough?") % {
            "risk": item.risk.title
        }
    if item.what == "order" and item.link is not None:
        return _("It waits for %(before)s, which ends %(ends)s, but is expected for %(begins)s. Which date moves?") % {
            "before": item.link.before, "ends": when(item.link.finished.day), "begins": when(item.link.begins.day)}  # fmt: skip
    if item.what == "override":
        return _("The light set by hand ends on %(until)s. Does it still hold?") % {"until": when(item.until)}
    return _("It is late. Does it get a new date, more means, or does it stop?")


def late_blocks(facts: DossierFacts) -> Iterator[Block]:
    late = [state for state in facts.content.states if state.light.timeliness == Timeliness.LATE]
    if not late:
        yield Paragraph(runs(_("No measure is late.")))
        return
    rows = tuple(
        (
            named(facts, state.measure.number, state.measure.title, state.demo), str(COLOUR_LABELS[state.colour]),
            " ".join(explain(part, facts.programmes) for part in state.light.parts if part.part == "schedule"),
        )
        for state in late
    )  # fmt: skip
    columns = (Column(_("Measure")), Column(_("Light")), Column(_("Why")))
    yield Table(_("Late measures"), columns, rows, id="late")


def due_blocks(facts: DossierFacts) -> Iterator[Block]:
    if not facts.due:
        yield Paragraph(runs(_("Nothing falls into these days.")))
        return
    rows = tuple(due_row(item, facts) for item in facts.due)
    columns = (Column(_("Day")), Column(_("What")), Column(_("Title")), Column(_("Measure")))
    yield Table(_("Overdue and due"), columns, rows, id="due")


def due_row(item: Due, facts: DossierFacts) -> tuple[Cell | str, ...]:
    day = when(item.day) + (f" ({_('overdue')})" if item.late else "")
    if item.planned:
        day = _("planned %(planned)s, expected %(day)s") % {"planned": when(item.planned), "day": day}
    measure: Cell | str = "–"
    if item.measure is not None:
        measure = named(facts, item.measure.number, item.measure.title, False)
    return day, DUE_WORDS[item.what](), f"{item.title} ({_('Demo')})" if item.demo else item.title, measure


def money_blocks(content: Content) -> Iterator[Block]:
    if not content.money:
        yield Paragraph(runs(_("No budget is known.")))
        return
    for demo in (False, True):
        rows = [row for row in content.money if row.demo is demo]
        if rows:
            if demo:
                yield Callout("warning", runs(_("All amounts of this picture are invented for trying out.")))
            yield money_figure(rows, demo)


def money_figure(rows: Sequence[YearMoney], demo: bool) -> Block:
    return chart_figure(money_chart(rows), id="money-demo" if demo else "money")
