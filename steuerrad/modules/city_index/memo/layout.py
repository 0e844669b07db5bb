"""The memo as a document: summary, total, categories, levers, corrections, annex."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.memo import charts, layout_annex, layout_tables, texts
from steuerrad.modules.city_index.memo.facts import CategoryFacts, MemoFacts
from steuerrad.modules.city_index.memo.parameters import Statement
from steuerrad.modules.city_index.memo.rules import Lever, levers, weak_rows
from steuerrad.modules.city_index.memo.statements import statements
from steuerrad.platform.documents.model import (
    Block,
    BulletList,
    Callout,
    Document,
    Evidence,
    Heading,
    ListItem,
    PageBreak,
    Paragraph,
    Runs,
    Text,
)


@dataclass(frozen=True)
class Wording:
    """A statement as it is printed: its runs, and links to its figures where the runs hold none."""

    runs: Runs
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Frozen:
    """A statement of a released memo as it was worded; later rules and templates do not touch it."""

    id: str
    section: str
    rule: str
    text: str


@dataclass(frozen=True)
class Edition:
    """How a memo is printed: draft or released, when, by whom, which version.

    edited: other wordings by statement. frozen: all statements of a released memo; None for a draft.
    """

    day: date | None = None
    author: str = ""
    draft: bool = True
    version: int = 0
    released_by: str = ""
    digest: str = ""
    edited: Mapping[str, str] = field(default_factory=dict)
    frozen: tuple[Frozen, ...] | None = None


def printed_statements(facts: MemoFacts, edition: Edition) -> tuple[tuple[Statement, ...], Mapping[str, str]]:
    """The statements to print, and the wordings that replace the generated ones."""
    made = statements(facts)
    if edition.frozen is None:
        return made, edition.edited
    known = {item.id: item for item in made}
    found = tuple(
        known.get(item.id) or Statement(item.id, item.section, item.rule, {}) for item in edition.frozen
    )
    fixed = {
        item.id: item.text
        for item in edition.frozen
        if item.id not in known
        or item.rule not in texts.TEMPLATES
        or texts.generated(known[item.id]) != item.text
    }
    return found, fixed


def wording(statement: Statement, edited: Mapping[str, str]) -> Wording:
    """The edited words with links to the figures behind, else the generated ones with the figures linked."""
    text = edited.get(statement.id)
    if text is None:
        return Wording(texts.linked_runs(statement))
    labels = tuple(Evidence(label, anchor) for label, anchor in texts.anchor_labels(statement))
    return Wording((Text(text),), labels)


class Layout:
    """Builds the blocks of one memo."""

    def __init__(self, facts: MemoFacts, edition: Edition) -> None:
        self.facts = facts
        self.edition = edition
        self.statements, self.edited = printed_statements(facts, edition)
        self.levers: tuple[Lever, ...] = levers(facts)
        self.blocks: list[Block] = []

    def said(self, section: str, wanted: Callable[[str], bool] = lambda rule: True) -> list[Wording]:
        return [
            wording(item, self.edited)
            for item in self.statements
            if item.section == section and wanted(item.rule)
        ]

    def bullets(self, section: str, wanted: Callable[[str], bool] = lambda rule: True) -> None:
        said = self.said(section, wanted)
        if said:
            self.blocks.append(BulletList(tuple(ListItem(item.runs, item.evidence) for item in said)))

    def paragraphs(self, section: str, wanted: Callable[[str], bool] = lambda rule: True) -> None:
        self.blocks += [Paragraph(item.runs, item.evidence) for item in self.said(section, wanted)]

    def add(self, *blocks: Block | None) -> None:
        self.blocks += [block for block in blocks if block is not None]

    def build(self) -> tuple[Block, ...]:
        self.summary()
        self.add(PageBreak())
        self.total()
        for category in self.facts.categories:
            self.category(category)
        self.lever_part()
        self.correction_part()
        self.annex()
        return tuple(self.blocks)

    def summary(self) -> None:
        self.add(Heading(1, _("In brief"), "summary"))
        self.paragraphs("summary", lambda rule: rule.startswith("total_"))
        self.add(layout_tables.overview(self.facts))
        for title, prefix in (
            (_("Strengths"), "strength_"),
            (_("Weaknesses"), "weakness_"),
            (_("What to do"), "todo"),
        ):
            if self.said("summary", lambda rule, start=prefix: rule.startswith(start)):
                self.add(Heading(2, title))
                self.bullets("summary", lambda rule, start=prefix: rule.startswith(start))
        for item in self.said("summary", lambda rule: rule == "summary_corrections"):
            self.add(Callout("correction", item.runs, item.evidence))

    def total(self) -> None:
        self.add(Heading(1, _("Total and categories"), "total"))
        self.paragraphs("total")
        self.notes(self.facts.breaks)
        self.add(charts.category_scores(self.facts), charts.rank_strip(self.facts, self.facts.total))
        self.add(*(charts.rank_strip(self.facts, category.standing) for category in self.facts.categories))

    def notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self.add(Callout("info", (Text(_("Change of method: %(note)s") % {"note": note}),)))

    def category(self, category: CategoryFacts) -> None:
        section = f"category:{category.key}"
        self.add(Heading(1, category.name, section.replace(":", "-")))
        self.paragraphs(section, lambda rule: rule in ("category_empty",))
        if not layout_tables.has_figures(category):
            return
        self.add(layout_tables.category(self.facts, category))
        self.bullets(section, lambda rule: rule not in ("category_empty",))
        if weak_rows(category):
            self.add(layout_tables.answers(self.facts, category, self.levers))
        self.add(charts.dumbbells(self.facts, category))

    def lever_part(self) -> None:
        self.add(Heading(1, _("Where points can be gained"), "levers"))
        self.paragraphs("levers")
        self.add(charts.lever_bars(self.facts, self.levers), layout_tables.lever_table(self.levers))

    def correction_part(self) -> None:
        if self.facts.document:
            self.add(Heading(1, _("Corrections to the typed figures"), "corrections"))
            self.paragraphs("corrections")
            self.add(layout_tables.corrections(self.facts))

    def annex(self) -> None:
        self.add(*layout_annex.annex(self.facts))


def memo_document(facts: MemoFacts, edition: Edition) -> Document:
    """The document in the current language. A draft says so in its title, which stands on every page."""
    layout = Layout(facts, edition)
    blocks = layout.build()
    name = f"{facts.index} {facts.edition}: {facts.city}"
    title = _("DRAFT – %(title)s") % {"title": name} if edition.draft else name
    subtitle = (
        _("Evaluation and comparison with %(previous)s") % {"previous": facts.previous}
        if facts.previous
        else _("Evaluation")
    )
    return Document(
        title, texts.language(), blocks, subtitle=subtitle, author=edition.author, date=edition.day,
        meta=_meta(edition),
    )  # fmt: skip


def _meta(edition: Edition) -> tuple[tuple[str, str], ...]:
    if edition.draft:
        state = _("Draft, not released")
    else:
        state = _("Version %(version)d, released by %(person)s") % {
            "version": edition.version, "person": edition.released_by or "–",
        }  # fmt: skip
    rows = [(_("Status"), state)]
    if edition.digest:
        rows.append((_("Checksum of the figures"), edition.digest[:16]))
    return tuple(rows)
