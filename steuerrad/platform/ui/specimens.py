"""Made-up examples of every chart, for the style guide and the tests. No figure here describes a real city."""

from __future__ import annotations

from datetime import date

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
from steuerrad.platform.ui.charts.specs_chances import Column, ColumnChart, IntervalChart, Range
from steuerrad.platform.ui.charts.specs_comparison import (
    ProfileChart,
    Profiled,
    Ranked,
    RankStrip,
    Spark,
    SparkGrid,
)
from steuerrad.platform.ui.charts.wheel import WheelField, WheelSpec, WheelTheme

STATE_LABELS = {
    "idea": "Idee",
    "planned": "geplant",
    "in_progress": "in Umsetzung",
    "in_operation": "im Betrieb",
    "in_operation_expanding": "im Betrieb, im Ausbau",
    "completed": "abgeschlossen",
    "stopped": "eingestellt",
}


def years(first: int, *values: float | None, spread: float | None = None) -> tuple[TimePoint, ...]:
    """One point per year from `first` on; with `spread` each value has a range around it."""
    return tuple(
        TimePoint(first + place, value)
        if value is None or spread is None
        else TimePoint(first + place, value, value - spread, value + spread)
        for place, value in enumerate(values)
    )


def months(*values: float | None) -> tuple[TimePoint, ...]:
    return tuple(TimePoint(date(2024, place, 1), value) for place, value in enumerate(values, start=1))


CHARTS: tuple[Chart, ...] = (
    LineChart(
        title="Anteil der Haushalte mit Gigabit-Anschluss",
        subtitle="Beispielwerte: Lücke, Spanne, Ziel und Methodenbruch",
        unit="%",
        decimals=1,
        series=(
            Series("Seestadt", years(2016, 12.5, 18, 22.1, None, 48, 61.2, 70, 84, 88.3, 91, spread=4)),
            Series("Mittel aller Städte", years(2016, 14, 17, 25, 33, 41, 55, 66, 71, 80, 87.5)),
        ),
        target=Target(95, 2025),
        breaks=(Break(2020, "Wohnungen statt Gebäude gezählt; ältere Werte sind nicht vergleichbar"),),
    ),
    LineChart(
        title="Besuche je Monat",
        subtitle="Beispielwerte",
        series=(
            Series("Besuche", months(1200, 1350, 990, 1800, 2100, None, 1900, 2500, 3100, 2900, 3300, 3950)),
        ),
    ),
    BarChart(
        title="Bewertung nach Kategorien",
        subtitle="Beispielwerte: zwei Jahre und das Mittel je Kategorie",
        unit="Punkte",
        decimals=1,
        maximum=100,
        value_name="2020",
        comparison_name="2019",
        reference_name="Mittel aller Städte",
        bars=(
            Bar("Verwaltung", 62.1, 55.2, 58),
            Bar("IT-Infrastruktur und Kommunikation", 71.3, 60, 65.5),
            Bar("Energie und Umwelt", 38.4, None, 49),
            Bar("Mobilität", None, 44, 51),
            Bar("Gesellschaft und Bildung", 80.05, 70, 75),
        ),
    ),
    BarChart(
        title="Gesamtwertung",
        subtitle="Beispielwerte: eine Stadt hervorgehoben, Mittelwert als Linie",
        decimals=1,
        bars=(Bar("Nordstadt", 70.2), Bar("Seestadt", 53.9, highlight=True), Bar("Südstadt", 41.7)),
        mark=Mark(48.2, "Mittelwert"),
    ),
    DumbbellChart(
        title="Veränderung gegenüber dem Vorjahr",
        subtitle="Beispielwerte",
        unit="Punkte",
        decimals=1,
        before_name="2019",
        after_name="2020",
        pairs=(
            Pair("Verwaltung", 48.3, 52.1),
            Pair("IT-Infrastruktur und Kommunikation", 66, 70.5),
            Pair("Energie und Umwelt", 55, 41.2),
            Pair("Mobilität", None, 51),
        ),
    ),
    StackedBar(
        title="Maßnahmen nach Stand",
        subtitle="Beispielwerte",
        parts=tuple(
            Part(key, label, count)
            for (key, label), count in zip(STATE_LABELS.items(), (9, 7, 21, 8, 6, 4, 2), strict=True)
        ),
    ),
    RankStrip(
        title="Rang unter 80 Städten",
        subtitle="Beispielwerte: ein Rang nur eingegrenzt",
        total=80,
        cities=(
            Ranked("Nordstadt", 1),
            Ranked("Oststadt", 2),
            Ranked("Südstadt", 3),
            Ranked("Weststadt", 30),
            Ranked("Seestadt", 38, worst=52, highlight=True),
        ),
    ),
    ProfileChart(
        title="Profil nach Kategorien",
        subtitle="Beispielwerte",
        unit="Punkte",
        names=("Seestadt", "Nordstadt", "Mittel aller Städte"),
        categories=(
            Profiled("Verwaltung", (62.1, 70, 58)),
            Profiled("IT-Infrastruktur und Kommunikation", (71.3, 71, 65.5)),
            Profiled("Energie und Umwelt", (38.4, 55, 49)),
            Profiled("Mobilität", (51, 52, 50.5)),
            Profiled("Gesellschaft und Bildung", (80, None, 75)),
        ),
    ),
    SparkGrid(
        title="Indikatoren im Verlauf",
        subtitle="Beispielwerte",
        unit="%",
        decimals=1,
        sparks=(
            Spark("Glasfaserquote", years(2018, 3, 5, 9, None, 20, 34, 48)),
            Spark("Online verfügbare Dienstleistungen", years(2018, 20, 22, 40, 55, 61, 70, 72)),
            Spark("Anteil der E-Busse an der städtischen Flotte", years(2018, 0, 0, 0, 5, 20, 20, 30)),
            Spark("Öffentliche WLAN-Punkte", years(2018, None, None)),
        ),
    ),
    ColumnChart(
        title="Wie wahrscheinlich jeder Rang ist",
        subtitle="Beispielwerte: mit und ohne Änderung",
        unit="%",
        decimals=1,
        label_name="Rang",
        value_name="mit Änderung",
        comparison_name="ohne Änderung",
        columns=tuple(
            Column(label, value, comparison)
            for label, value, comparison in zip(
                ("1–2", "3", "4", "5", "6", "7", "8", "9–12"),
                (1.2, 6, 18, 31, 24, 12.5, 5.3, 2),
                (0, 1.5, 5.5, 14, 25, 27, 16, 11),
                strict=True,
            )
        ),
    ),
    IntervalChart(
        title="Erwarteter Rang",
        subtitle="Beispielwerte: Median und 5 bis 95 %",
        decimals=0,
        value_name="Median",
        range_name="5 bis 95 %",
        ranges=(
            Range("ohne Änderung", 4, 7, 11, 1),
            Range("Portal und Bezahlen", 3, 5, 9),
            Range("noch nicht berechnet", None, None, None),
        ),
    ),
)


def _field(code: str, name: str, *counts: int) -> WheelField:
    states = zip(STATE_LABELS.items(), counts, strict=False)
    return WheelField(
        code, name, f"#{code}", tuple((key, label, count) for (key, label), count in states if count)
    )


WHEEL = WheelSpec(
    title="Das Steuerrad einer Seestadt",
    themes=(
        WheelTheme(
            "VW",
            "Verwaltung und Dienste",
            "#VW",
            (
                _field("VW-OD", "Online-Dienste", 1, 2, 4, 1),
                _field("VW-AP", "Arbeitsprozesse", 0, 3, 2),
                _field("VW-KO", "Kompetenzaufbau", 2, 0, 3, 0, 0, 1),
            ),
        ),
        WheelTheme(
            "IN",
            "Infrastruktur",
            "#IN",
            (
                _field("IN-NE", "Netze", 1, 0, 4, 0, 2),
                _field("IN-DA", "Daten-Infrastruktur", 0, 0, 2, 3, 1, 0, 1),
            ),
        ),
        WheelTheme(
            "MU",
            "Mobilität und Umwelt",
            "#MU",
            (_field("MU-VE", "Verkehrssteuerung", 0, 1, 3, 2), _field("MU-KL", "Klimaanpassung", 3, 1)),
        ),
        WheelTheme(
            "GE",
            "Gesellschaft",
            "#GE",
            (_field("GE-BI", "Bildung und Teilhabe"), _field("GE-BE", "Beteiligung", 1, 1, 3)),
        ),
    ),
)
