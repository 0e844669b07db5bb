"""Values as people read them beside their question."""

from __future__ import annotations

import pytest

from steuerrad.modules.campaign.models import RoundQuestion
from steuerrad.modules.campaign.texts import answer_words


@pytest.mark.parametrize(
    ("value", "type_", "unit", "title", "shown"),
    [
        ("12", "integer", "Tage", "Reaktionszeit", "12\xa0Tage"),
        ("12.5", "share", "%", "Anteil in %", "12,5\u202f%"),
        ("0.4", "decimal", "Verhältnis", "Verhältnis von Rad zu Auto", "0,4"),
        ("11", "decimal", "je 1.000 Einwohner*innen", "Ladepunkte je 1.000 Einwohner*innen", "11"),
        ("5", "integer", "Anzahl", "Ersthelfende", "5"),
        ("5", "integer", "Anzahl pro Jahr", "Beteiligungen", "5\xa0pro Jahr"),
        ("3", "integer", "Stufe", "Datenschutzniveau", "Stufe 3"),
        ("drei Orte", "text", "Tage", "x", "drei Orte"),
        ("", "integer", "Tage", "x", ""),
    ],
)
def test_a_unit_stands_beside_the_figure_and_only_once(
    value: str, type_: str, unit: str, title: str, shown: str
) -> None:
    assert answer_words(value, RoundQuestion(type=type_, unit=unit, title=title)) == shown
