"""The few words that renderers add, in the document's language, and the numbering of tables and figures."""

from datetime import date

from steuerrad.platform.documents.model import Document, Figure, Table

WORDS = {
    "de": {
        "table": "Tabelle",
        "figure": "Abbildung",
        "notes": "Anmerkungen",
        "note": "Anmerkung",
        "page": "Seite",
        "of": "von",
        "info": "Hinweis",
        "warning": "Achtung",
        "success": "Stärke",
        "correction": "Korrektur",
        "data": "Daten zur Abbildung",
    },
    "en": {
        "table": "Table",
        "figure": "Figure",
        "notes": "Notes",
        "note": "Note",
        "page": "Page",
        "of": "of",
        "info": "Note",
        "warning": "Warning",
        "success": "Strength",
        "correction": "Correction",
        "data": "Data of the figure",
    },
}
MONTHS = {
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
NOTE_MARKS = "abcdefghijklmnopqrstuvwxyz"


def words(language: str) -> dict[str, str]:
    """The words for a language tag; English where the language has none."""
    return WORDS.get(language.partition("-")[0], WORDS["en"])


def written_date(day: date, language: str) -> str:
    """``24. September 2020`` or ``24 September 2020``."""
    short = language.partition("-")[0]
    month = MONTHS.get(short, MONTHS["en"])[day.month - 1]
    return f"{day.day}. {month} {day.year}" if short == "de" else f"{day.day} {month} {day.year}"


def captions(document: Document) -> dict[str, str]:
    """Id to numbered caption: ``Tabelle 3: Verwaltung``. The document must have its ids."""
    named = words(document.language)
    result: dict[str, str] = {}
    counts = {"table": 0, "figure": 0}

    def add(kind: str, block: Table | Figure) -> None:
        counts[kind] += 1
        number = f"{named[kind]} {counts[kind]}"
        result[block.id] = f"{number}: {block.caption}" if block.caption.strip() else number

    for block in document.blocks:
        if isinstance(block, Table):
            add("table", block)
        elif isinstance(block, Figure):
            add("figure", block)
            if block.table is not None:
                add("table", block.table)
    return result


def table_mark(index: int) -> str:
    """The mark of a table's note: a, b, ... z, aa, ab ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, len(NOTE_MARKS))
        letters = NOTE_MARKS[rest] + letters
    return letters


def note_marks(document: Document, table: Table | None = None) -> dict[str, tuple[str, str]]:
    """Note key to (mark, id). Document notes are numbered, a table's own are lettered and go first."""
    marks = {note.key: (str(i), f"note-{i}") for i, note in enumerate(document.notes, 1)}
    if table is not None:
        for index, note in enumerate(table.footnotes):
            mark = table_mark(index)
            marks[note.key] = (mark, f"{table.id}-note-{mark}")
    return marks
