"""Tables of pages: cells as text with a link, a note or a state; nothing unknown is ever an empty cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.engines.scoring import Interval
from steuerrad.modules.city_index.queries import Known, Standing
from steuerrad.platform.ui.charts import numbers


@dataclass(frozen=True)
class Cell:
    """text as shown; state: a badge with the text; note: smaller, below. muted: not known or derived."""

    text: Any
    url: str = ""
    state: str = ""
    note: Any = ""
    muted: bool = False
    links: tuple[tuple[str, str], ...] = ()


@dataclass
class TableView:
    """A table of cells with a caption, as templates/city_index/_table.html draws it."""

    caption: Any
    header: list[Any]
    rows: list[list[Cell]]
    numeric: tuple[int, ...] = ()
    marked: set[int] = field(default_factory=set)
    sortable: bool = True
    stacked: bool = False


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def figure(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    return numbers.figure(None if value is None else float(value), decimals, language())


def change(value: Decimal | int | None, decimals: int | None = 1) -> str:
    return numbers.signed(None if value is None else float(value), decimals, language())


def unknown() -> Cell:
    return Cell(_("not known"), muted=True)


def as_read(text: str) -> str:
    """A printed figure in the reader's language."""
    return text.replace(".", ",") if language() == "de" else text


def score_cell(known: Known) -> Cell:
    """The score as printed; all of them where sources disagree."""
    if not known.score_text:
        return unknown()
    return Cell(as_read(known.score_text), note=_("sources disagree") if known.score_conflict else "")


def range_text(low: Any, high: Any) -> str:
    return f"{low}–{high}"


def rank_cell(standing: Standing) -> Cell:
    """The rank as printed, else the ranks that are possible."""
    known = standing.known
    if known.rank is not None:
        return Cell(figure(known.rank, 0))
    if known.ranks:
        return Cell(" / ".join(str(rank) for rank in known.ranks), note=_("sources disagree"))
    if standing.certain:
        return Cell(figure(standing.rank[0], 0), note=_("follows from the others"), muted=True)
    if not standing.rank_bounded:
        return unknown()
    return Cell(range_text(*standing.rank), muted=True)


def bounds_cell(standing: Standing) -> Cell:
    """The score as printed, else the scores that are possible."""
    if standing.known.score_text:
        return score_cell(standing.known)
    if not standing.score_bounded:
        return unknown()
    return Cell(interval_text(standing.score), muted=True)


def interval_text(interval: Interval) -> str:
    return range_text(figure(float(interval.lo), 1), figure(float(interval.hi), 1))


def source_links(
    sources: Iterable[str], documents: dict[str, Any] | None = None
) -> tuple[tuple[str, str], ...]:
    """(text, address) of sources: a page by its host, a document of the city by its title."""
    found: list[tuple[str, str]] = []
    for source in sources:
        for part in (piece.strip() for piece in source.split(" ; ")):
            document = (documents or {}).get(part)
            if document is not None:
                found.append((document.title, document.url))
            elif part.startswith(("https://", "http://")):
                address = part.split(" ")[0]
                found.append((urlsplit(address).netloc.removeprefix("www."), address))
            else:
                found.append((part, ""))
    return tuple(dict.fromkeys(found))


def sources_cell(sources: Iterable[str], documents: dict[str, Any] | None = None) -> Cell:
    links = source_links(sources, documents)
    return Cell("", links=links) if links else unknown()
