"""A document of the size and kind of the yearly index memo, and one that means harm."""

from datetime import date

import pytest

from steuerrad.platform.documents.model import (
    BulletList,
    Callout,
    Cell,
    Column,
    Document,
    Emphasis,
    Evidence,
    Figure,
    Heading,
    Link,
    ListItem,
    Note,
    NoteRef,
    PageBreak,
    Paragraph,
    Strong,
    Table,
    Text,
    runs,
)

CATEGORIES = ("Verwaltung", "Energie und Umwelt", "Mobilität", "Gesellschaft", "IT und Kommunikation")
INDICATORS = (
    ("Interne Prozesse", "100,0", "+50,0", "DMS und eRechnung", "50,0"),
    ("Bürgeramt", "58,6", "+33,6", "Bargeldloses Bezahlen und ePayment", "25,0"),
    ("Online-Terminvergabe", "70,8", "+4,1", "Online-Terminvergabe", "66,7"),
    ("Social-Media-Präsenz", "73,8", "−4,0", "Social-Media-Präsenz", "77,8"),
    ("Straßenbeleuchtungssteuerungsmodernisierung", "0,0", "0,0", "City-App", "0,0"),
)


def drawing(bars: int = 6) -> str:
    body = "".join(
        f'<rect x="180" y="{20 + 28 * i}" width="{40 * i + 20}" height="18" fill="url(#p)"/>'
        f'<text x="170" y="{34 + 28 * i}" text-anchor="end" font-size="13" font-family="sans-serif">Größe {i}</text>'
        for i in range(bars)
    )
    pattern = '<defs><linearGradient id="p"><stop offset="0" stop-color="#12355b"/></linearGradient></defs>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {30 + 28 * bars}" role="img" '
        f'aria-labelledby="t"><title id="t">Balken</title>{pattern}{body}</svg>'
    )


def category(number: int) -> tuple[object, ...]:
    name = CATEGORIES[number % len(CATEGORIES)]
    rows = tuple(
        (
            Cell((Text(row[0]), NoteRef("method")) if i == 0 else (Text(row[0]),), f"c{number}-row-{i}"),
            *row[1:],
        )
        for i, row in enumerate(INDICATORS)
    )
    head = (
        Column("Indikator 2020"),
        Column("2020", "right"),
        Column("Veränderung", "right"),
        Column("Indikator 2019"),
        Column("2019", "right"),
    )
    values = Table(
        f"Punkte {name}",
        (Column("Indikator"), Column("2020", "right"), Column("2019", "right")),
        tuple((f"Größe {i}", f"{i},0", f"{i + 1},0") for i in range(6)),
    )
    return (
        Heading(1, name, f"category-{number}"),
        Paragraph(
            runs("Im Bereich ", Emphasis(name), " rückte die Stadt um ", Strong("26 Plätze"), " vor. " * 1),
            (Evidence(f"Tabelle {name}, Interne Prozesse", f"c{number}-row-0"),),
        ),
        Table(
            f"Indikatoren {name}",
            head,
            rows,
            id=f"table-c{number}",
            footnotes=(Note("method", runs("Methodenbruch: 2019 anders erhoben.")),),
            note="Quelle: Bitkom Smart City Index 2019 und 2020.",
        ),
        Heading(2, f"Stärken in {name}"),
        Figure(drawing(), f"Balken der sechs Größen, {name}", f"Punkte {name}", table=values),
        Callout(
            "success", runs("Interne Prozesse: volle Punktzahl."), (Evidence("Tabelle", f"table-c{number}"),)
        ),
    )


@pytest.fixture(scope="session")
def memo() -> Document:
    """Ten tables, eight figures."""
    blocks = [
        Heading(1, "Zusammenfassung"),
        Paragraph(
            runs("Insgesamt Platz 32; siehe ", Link("Bitkom", "https://www.bitkom.org/"), ".", NoteRef("n"))
        ),
        Callout("correction", runs("−4,0 widerspricht den Werten."), (Evidence("Tabelle 1", "table-c0"),)),
        BulletList((ListItem(runs("Eins")), ListItem(runs("Zwei"), (Evidence("Mobilität", "category-2"),)))),
    ]
    for number in range(5):
        blocks.extend(category(number))  # type: ignore[arg-type]
    blocks.append(PageBreak())
    blocks.extend(Figure(drawing(4 + i), f"Balken {i}", f"Vergleich {i}") for i in range(3))
    return Document(
        "Auswertung des Smart City Index 2020",
        "de",
        tuple(blocks),  # type: ignore[arg-type]
        subtitle="Vergleich zu 2019",
        author="Stadt Bochum, Stabsstelle Digitalisierung",
        date=date(2020, 10, 1),
        meta=(("Stand", "1. Oktober 2020"),),
        notes=(Note("n", runs("Ranggleichheit ist möglich.")),),
    )


HOSTILE = (
    '#panic("x") #import "/etc/passwd": * $x^2$ *fett* _kursiv_ `raw` <label> @ref \\u{41} // Kommentar /* */',
    "<script>alert('x')</script> &amp; \"quoted\" 'single' ]]> <!-- --> {{ template }} {% if %}",
    "שלום \u202egnp.exe\u202c مرحبا Ελλάδα Привет 中文 日本 한국 😀👩‍👩‍👧 🇩🇪 ✓ → ⚠",
    "\x00\x01\x07\x08\x0b\x1b[31m \x7f\x85 \ufeff\ufffe\uffff \ud800 \udfff \u200b\u00ad a\u0301\u20dd",
    "Wort" * 2500,
    "x/" * 500 + " " + "1" * 3000,
    "= Überschrift\n- Liste\n+ Zahl\n/ Begriff: x\r\n\r\n|Tabelle|",
    " \t\n ",
)


@pytest.fixture(scope="session")
def hostile() -> Document:
    blocks: list[object] = [Heading(1, HOSTILE[0]), Heading(2, HOSTILE[1], "h")]
    for text in HOSTILE:
        blocks += [
            Paragraph(
                (Text(text), Strong(text), Emphasis(text), Link("L" + text, 'https://a.de/"><x>#')), ()
            ),
            Callout("info", (Text(text),), (Evidence("E" + text, "h"),)),
            BulletList((ListItem((Text(text),)),)),
        ]
    rows = tuple(("r" + text, text, text, text) for text in HOSTILE)
    columns = tuple(Column(f"{c} {HOSTILE[0]}") for c in "abcd")
    table = Table(HOSTILE[2], columns, rows, note=HOSTILE[0], footnotes=(Note('k"<', (Text(HOSTILE[1]),)),))
    blocks += [table, Figure(drawing(), HOSTILE[1], HOSTILE[2])]
    return Document(
        HOSTILE[1] + HOSTILE[2] + HOSTILE[3],
        "de",
        tuple(blocks),  # type: ignore[arg-type]
        subtitle=HOSTILE[0],
        author=HOSTILE[3] + HOSTILE[0],
        meta=((HOSTILE[1], HOSTILE[4]),),
        date=date(1970, 1, 1),
    )
