"""One measure in the dossier: light with reasons, milestones, money, staff, risks, decisions, the newest report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models.portfolio import COLOUR_LABELS, KIND_LABELS, RISK_STATES
from steuerrad.modules.strategy.portfolio.output.content import Content, leads, partners
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.milestones import state_of
from steuerrad.modules.strategy.portfolio.rules.risks import RiskState
from steuerrad.modules.strategy.portfolio.texts import (
    MILESTONE_STATES,
    PARTS,
    RISK_LEVELS,
    euro,
    explain,
    when,
)
from steuerrad.platform.documents.model import (
    Block,
    BulletList,
    Column,
    Heading,
    ListItem,
    Paragraph,
    Strong,
    Table,
    runs,
)
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.templatetags.ui import language


def measure_blocks(state: MeasureState, content: Content, programmes: dict[str, str]) -> Iterator[Block]:
    measure = state.measure
    yield Heading(2, f"{measure}{mark(state)}"[:300], id=anchor(measure.number))
    yield Paragraph(runs(Strong(str(COLOUR_LABELS[state.colour])), f" · {facts(state)}"))
    if state.override is not None:
        yield Paragraph(runs(_("Set by hand until %(until)s: %(reason)s") % {"until": when(state.override.until), "reason": state.override.reason}))  # fmt: skip
    yield BulletList(tuple(
        ListItem(runs(Strong(f"{PARTS[part.part]}: "), explain(part, programmes))) for part in state.light.parts
    ))  # fmt: skip
    yield from tables(state, content)
    yield from report(state)


def anchor(number: str) -> str:
    """An id for the section of a measure."""
    return "measure-" + "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in number)


def mark(row: Any) -> str:
    return f" ({_('Demo')})" if row.demo else ""


def facts(state: MeasureState) -> str:
    measure = state.measure
    found = [str(measure.get_status_display()), measure.period_as_printed, leads(state), partners(state)]
    labels = ("", _("Period"), _("Lead"), _("Partners"))
    return " · ".join(
        f"{label}: {text}" if label else text for label, text in zip(labels, found, strict=True) if text
    )


def tables(state: MeasureState, content: Content) -> Iterator[Block]:
    measure, today = state.measure, clock.today()
    if state.milestones:
        yield Table(
            _("Milestones of %(number)s") % {"number": measure.number},
            (Column(_("Milestone")), Column(_("Planned")), Column(_("Expected now")), Column(_("Reached on")), Column(_("State"))),
            tuple((f"{item.title}{mark(item)}", when(item.planned_on), when(item.forecast_on), when(item.done_on), str(MILESTONE_STATES[state_of(item.point, today)])) for item in state.milestones),
        )  # fmt: skip
    if state.lines:
        yield Table(
            _("Budget of %(number)s") % {"number": measure.number},
            (Column(_("Year and source")), Column(_("Planned"), "right"), Column(_("Spent"), "right"), Column(_("As of"))),
            tuple((f"{item.year} · {item.programme.name if item.programme else _('own funds')}{mark(item)}", euro(item.planned), euro(item.spent), when(item.as_of)) for item in state.lines),
        )  # fmt: skip
    if staff := content.of(content.staff, measure):
        yield Table(
            _("Staff days of %(number)s") % {"number": measure.number},
            (Column(_("Organisation and year")), Column(_("Planned"), "right"), Column(_("Spent"), "right")),
            tuple((f"{item.organisation.name} {item.year}{mark(item)}", days(item.planned), days(item.spent)) for item in staff),
        )  # fmt: skip
    if risks := content.of(content.risks, measure):
        yield Table(
            _("Risks of %(number)s") % {"number": measure.number},
            (Column(_("Risk")), Column(_("Level")), Column(_("State")), Column(_("Response")), Column(_("Next review"))),
            tuple((f"{item.title}{mark(item)}", str(RISK_LEVELS[item.level]), str(RISK_STATES[RiskState(item.state)]), item.response or "–", when(item.review_on)) for item in risks),
        )  # fmt: skip
    yield from said(state, content)


def said(state: MeasureState, content: Content) -> Iterator[Block]:
    measure = state.measure
    own = [row for row in content.dependencies if row.source.pk == measure.pk]
    if own:
        yield BulletList(tuple(ListItem(runs(Strong(f"{KIND_LABELS[Kind(row.kind)]} "), f"{row.target}{mark(row)}")) for row in own))  # fmt: skip
    if decisions := content.of(content.decisions, measure):
        yield BulletList(tuple(
            ListItem(runs(Strong(f"{when(item.decided_on)}, {item.body}: "), f"{item.text}{mark(item)}")) for item in decisions
        ))  # fmt: skip


def days(value: Any) -> str:
    return "–" if value is None else numbers.figure(float(value), None, language())


def report(state: MeasureState) -> Iterator[Block]:
    """What the newest released report says."""
    newest = state.report
    if newest is None:
        yield Paragraph(runs(_("No status report has been released yet.")))
        return
    yield Paragraph(runs(
        Strong(_("Status report of %(day)s") % {"day": when(newest.published_on)}), f"{mark(newest)}: {newest.text}"
    ))  # fmt: skip
    for title, text in ((_("Achieved"), newest.achievements), (_("Next steps"), newest.next_steps), (_("Problems"), newest.problems)):  # fmt: skip
        if text:
            yield Paragraph(runs(Strong(f"{title}: "), text))
