from datetime import date

from steuerrad.platform.documents.chart import chart_figure
from steuerrad.platform.documents.html import html_fragment
from steuerrad.platform.documents.model import Document, Figure, Heading, tables
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.documents.pdf_check import check_pdf
from steuerrad.platform.documents.typeset import png
from steuerrad.platform.documents.word import docx_bytes
from steuerrad.platform.ui.charts.specs import (
    Bar,
    BarChart,
    Break,
    Chart,
    DumbbellChart,
    LineChart,
    Mark,
    Pair,
    Part,
    Series,
    StackedBar,
    Target,
    TimePoint,
)
from steuerrad.platform.ui.charts.specs_comparison import (
    ProfileChart,
    Profiled,
    Ranked,
    RankStrip,
    Spark,
    SparkGrid,
)

POINTS = (
    TimePoint(2019, 58.0),
    TimePoint(2020, 59.6, 58.0, 61.0),
    TimePoint(2021, None),
    TimePoint(2022, 70.1),
)
CHARTS: tuple[Chart, ...] = (
    LineChart(
        title="Verwaltung",
        unit="Punkte",
        series=(Series("Bochum", POINTS),),
        target=Target(80.0, 2025),
        breaks=(Break(2021, "neue Indikatoren"),),
        source="Bitkom",
    ),
    BarChart(
        title="Städte",
        bars=(Bar("Bochum", 59.6, 58.0, highlight=True), Bar("Trier", None)),
        mark=Mark(50.0, "Mittel"),
    ),
    DumbbellChart(title="Veränderung", pairs=(Pair("Bürgeramt", 25.0, 58.6), Pair("Website", 69.3, 53.5))),
    StackedBar(title="Stand", parts=(Part("running", "läuft", 3), Part("open", "offen", 5))),
    RankStrip(title="Rang", total=81, cities=(Ranked("Bochum", 32, highlight=True), Ranked("Essen", 10, 20))),
    ProfileChart(title="Profil", names=("Bochum", "Köln"), categories=(Profiled("Mobilität", (50.0, None)),)),
    SparkGrid(title="Verlauf", sparks=(Spark("Bürgeramt", POINTS), Spark("Website", POINTS))),
)


def document() -> Document:
    figures = tuple(chart_figure(chart, id=f"chart-{i}") for i, chart in enumerate(CHARTS))
    return Document("Bilder", "de", (Heading(1, "Alle"), *figures), date=date(2020, 1, 1))


def test_every_kind_of_chart_goes_into_every_form() -> None:
    made = document()
    assert all(isinstance(block, Figure) for block in made.blocks[1:])
    assert len(list(tables(made))) == len(CHARTS)
    report = check_pdf(pdf_bytes(made))
    assert report.passed, str(report)
    assert {item.id for item in report.checkpoints if item.outcome == "hint"} <= {"TBL-010", "FIG-012"}
    assert docx_bytes(made).startswith(b"PK")
    assert html_fragment(made).count("<svg") == len(CHARTS)


def test_labels_are_drawn_though_their_fonts_are_missing() -> None:
    """A font that is not there must not make the words of a picture vanish."""
    template = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><text x="5" y="20" {}>Wort</text></svg>'
    )
    blank, _ = png(template.format('fill="none"'))
    for family in ("Fira Sans, sans-serif", "Nirgends", "sans-serif", "system-ui", "serif"):
        assert png(template.format(f'font-family="{family}"'))[0] != blank
