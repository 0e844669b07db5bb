"""The decision paper of a computed choice: one page, put together by rule, in the language of now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from steuerrad.modules.prioritisation.choice import charts, texts
from steuerrad.modules.prioritisation.choice.inputs import Inputs, from_data
from steuerrad.modules.prioritisation.choice.shown import ResultRow, rank_facts, result_rows
from steuerrad.modules.prioritisation.models import Choice, Study
from steuerrad.modules.prioritisation.one_page import fullest, shortened
from steuerrad.modules.prioritisation.whatif.texts import language
from steuerrad.platform.city.queries import current_city
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
from steuerrad.platform.ui.charts.draw import draw

CHOSEN_SHOWN = (14, 10, 7, 5)
OUT_SHOWN = (5, 3, 2, 1)
NOTE_LENGTHS = (400, 260, 160, 0)
TITLE_LENGTHS = (70, 60, 50, 40)
CHART_WIDTHS = (900.0, 1060.0, 1300.0, 0.0)
"""The wider the chart is laid out, the lower it is on paper; 0 leaves it out, its table stays on the page."""


def paper(study: Study, choice: Choice) -> Document:
    """The fullest paper that fits on one page."""
    return fullest(lambda brevity: made(study, choice, brevity), len(CHOSEN_SHOWN))


def made(study: Study, choice: Choice, brevity: int) -> Document:
    inputs, result = from_data(choice.inputs), choice.result
    rows = result_rows(result, inputs)
    blocks: list[Block] = []
    if study.is_demo:
        blocks.append(
            Callout("warning", runs(_("Demonstration: the assumptions in this paper are made up.")))
        )
    blocks += question(study, inputs, brevity)
    blocks += answer(result)
    blocks += chosen([row for row in rows if row.inside], brevity)
    blocks += money(result, brevity)
    blocks += left_out([row for row in rows if not row.inside], brevity)
    blocks += assumed(result, inputs, choice)
    city = current_city()
    return Document(
        title=_("Decision paper: %(title)s") % {"title": study.title}, language=language(), blocks=tuple(blocks),
        subtitle=" · ".join(part for part in (city.name if city else "", inputs.field_title) if part),
        author=str(choice.asked_by) if choice.asked_by else "",
        date=timezone.localdate(choice.finished_at) if choice.finished_at else None, compact=True,
    )  # fmt: skip


def question(study: Study, inputs: Inputs, brevity: int) -> list[Block]:
    text = _("Which of %(count)d measures bring most for the money there is?") % {
        "count": len(inputs.decidable)
    }
    note = shortened(study.note, NOTE_LENGTHS[brevity]) if NOTE_LENGTHS[brevity] else ""
    return [Heading(1, _("Question")), Paragraph(runs(f"{text} {note}".strip()))]


def answer(result: Mapping[str, Any]) -> list[Block]:
    facts = rank_facts(result.get("rank"))
    text = f"{texts.headline(result)} {texts.proof(result)}"
    found: list[Block] = [Heading(1, _("Result")), Paragraph(runs(text))]
    if facts:
        found.append(Paragraph(runs("; ".join(f"{term}: {value}" for term, value in facts) + ".")))
    return found


def chosen(rows: list[ResultRow], brevity: int) -> list[Block]:
    """The chosen, those with the most points first."""
    ordered = sorted(rows, key=lambda row: -float(row.points))
    shown = ordered[: CHOSEN_SHOWN[brevity]]
    columns = (
        Column(_("Chosen measure")),
        Column(_("Cost"), "right"),
        Column(_("Expected points"), "right"),
        Column(_("Core index"), "right"),
    )
    cells = tuple(
        (shortened(row.item.name, TITLE_LENGTHS[brevity]), row.cost, row.brings, row.core) for row in shown
    )
    more = len(rows) - len(shown)
    note = (
        _("and %(count)d more; the full list is on the page of the study") % {"count": more} if more else ""
    )
    return [Table(_("Chosen measures"), columns, cells, note=note)]


def money(result: Mapping[str, Any], brevity: int) -> list[Block]:
    spec = charts.money(result)
    if spec is None:
        return []
    if CHART_WIDTHS[brevity]:
        caption = f"{spec.title} ({spec.unit})"
        return [
            Figure(
                draw(spec, CHART_WIDTHS[brevity], "paper"), f"{caption}. {spec.summary()}", caption, "money"
            )
        ]
    text = "; ".join(f"{row['year']}: {texts.euro(row['own'])}" for row in result["years"])
    return [Paragraph(runs(f"{spec.title}: {text}."))]


def left_out(rows: list[ResultRow], brevity: int) -> list[Block]:
    """Those left out that come nearest, with the reason."""
    near = sorted(rows, key=lambda row: -row.core_share)[: OUT_SHOWN[brevity]]
    if not near:
        return []
    items = tuple(
        ListItem(runs(f"{shortened(row.item.name, TITLE_LENGTHS[brevity])}: {row.why}")) for row in near
    )
    return [Heading(1, _("Left out, nearest first")), BulletList(items)]


def assumed(result: Mapping[str, Any], inputs: Inputs, choice: Choice) -> list[Block]:
    found = [
        _(
            "Effects of measures are assumptions of the authors of the study, with their basis there; they are no facts."
        ),
        _("Chosen for index points, not for ranks: what the other cities do is not in our hands."),
        *texts.warnings(result, inputs)[:3],
    ]
    source = _("Computation %(number)d of the study, checksums %(inputs)s and %(result)s, %(engine)s, %(count)d scenarios.") % {
        "number": choice.number, "inputs": choice.inputs_hash[:12], "result": choice.result_hash[:12],
        "engine": choice.engine, "count": result["scenarios"],
    }  # fmt: skip
    return [
        Heading(1, _("What is assumed")),
        BulletList(tuple(ListItem(runs(text)) for text in found)),
        Paragraph(runs(source)),
    ]
