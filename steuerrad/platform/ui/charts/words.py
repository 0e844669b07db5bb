"""The few words that a chart itself says, in German and English. Titles and labels come from the caller."""

WORDS: dict[str, tuple[str, str]] = {
    "after": ("nachher", "after"),
    "before": ("vorher", "before"),
    "break": ("Methodenbruch", "break in method"),
    "broken_order": ("Reihenfolge nicht eingehalten", "order not kept"),
    "change": ("Änderung", "change"),
    "city": ("Stadt", "city"),
    "count": ("Anzahl", "number"),
    "date": ("Zeitpunkt", "time"),
    "depends_on": ("hängt ab von", "depends on"),
    "field": ("Themenfeld", "field"),
    "from": ("von", "from"),
    "late": ("verspätet", "late"),
    "measure": ("Maßnahme", "measure"),
    "measures": ("Maßnahmen", "measures"),
    "milestone_done": ("Meilenstein erreicht", "milestone reached"),
    "milestone_late": ("Meilenstein überfällig", "milestone overdue"),
    "milestone_open": ("Meilenstein offen", "milestone open"),
    "milestones": ("Meilensteine", "milestones"),
    "name": ("Bezeichnung", "name"),
    "no_measures": ("keine Maßnahmen", "no measures"),
    "no_period": ("Zeitraum nicht bekannt", "period not known"),
    "none": ("Es liegen keine Werte vor.", "There are no values."),
    "not_known": ("nicht bekannt", "not known"),
    "of": ("von", "of"),
    "only_after": ("erst nach", "only after"),
    "outside": ("außerhalb der gezeigten Jahre", "outside the years shown"),
    "period": ("Zeitraum", "period"),
    "point_done": ("erreicht", "reached"),
    "point_late": ("überfällig", "overdue"),
    "point_open": ("offen", "open"),
    "range": ("Spanne", "range"),
    "rank": ("Rang", "rank"),
    "rows": ("Zeilen", "rows"),
    "share": ("Anteil", "share"),
    "state": ("Stand", "state"),
    "target": ("Ziel", "target"),
    "theme": ("Thema", "theme"),
    "to": ("bis", "to"),
    "today": ("heute", "today"),
    "undated": ("ohne Datum", "without a date"),
    "unknown_ranks": ("nicht bekannt, welche Stadt diesen Rang hat", "not known which city holds this rank"),
    "value": ("Wert", "value"),
}


def word(key: str, language: str) -> str:
    german, english = WORDS[key]
    return english if language == "en" else german


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
