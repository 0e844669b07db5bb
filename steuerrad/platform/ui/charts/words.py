"""The few words that a chart itself says, in German and English. Titles and labels come from the caller."""

WORDS: dict[str, tuple[str, str]] = {
    "after": ("nachher", "after"),
    "before": ("vorher", "before"),
    "break": ("Methodenbruch", "break in method"),
    "change": ("Änderung", "change"),
    "city": ("Stadt", "city"),
    "count": ("Anzahl", "number"),
    "date": ("Zeitpunkt", "time"),
    "field": ("Themenfeld", "field"),
    "from": ("von", "from"),
    "measures": ("Maßnahmen", "measures"),
    "measure": ("Maßnahme", "measure"),
    "name": ("Bezeichnung", "name"),
    "no_measures": ("keine Maßnahmen", "no measures"),
    "none": ("Es liegen keine Werte vor.", "There are no values."),
    "not_known": ("nicht bekannt", "not known"),
    "of": ("von", "of"),
    "range": ("Spanne", "range"),
    "rank": ("Rang", "rank"),
    "share": ("Anteil", "share"),
    "state": ("Stand", "state"),
    "target": ("Ziel", "target"),
    "theme": ("Thema", "theme"),
    "to": ("bis", "to"),
    "unknown_ranks": ("nicht bekannt, welche Stadt diesen Rang hat", "not known which city holds this rank"),
    "value": ("Wert", "value"),
}


def word(key: str, language: str) -> str:
    german, english = WORDS[key]
    return english if language == "en" else german


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
