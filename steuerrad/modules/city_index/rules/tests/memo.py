"""The memo on the edition of 2020, transcribed figure by figure with its errors, and what was known beside it."""

from __future__ import annotations

import csv
from pathlib import Path

from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.structure import (
    CategoryStructure,
    EditionStructure,
    IndicatorMapping,
    IndicatorSpec,
)
from steuerrad.modules.city_index.rules.transcript import read_rows, read_statements
from steuerrad.modules.city_index.rules.typed import TypedReport

HERE = Path(__file__).parent
DOCUMENT = "memo_index_2020.txt"


def _lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def memo() -> TypedReport:
    return TypedReport(
        "Bochum",
        2020,
        2019,
        read_rows(_lines("memo_2020_rows.csv")),
        read_statements(_lines("memo_2020_text.csv")),
        DOCUMENT,
    )


def structure(edition: int, count: int) -> EditionStructure:
    categories: dict[str, list[IndicatorSpec]] = {}
    for row in csv.DictReader(_lines("memo_2020_indicators.csv")):
        if int(row["edition"]) == edition:
            kind = "pilot" if row["kind"] == "pilot" else "indicator"
            categories.setdefault(row["category"], []).append(IndicatorSpec(row["name"], kind))
    return EditionStructure(
        edition,
        tuple(CategoryStructure(name, tuple(specs)) for name, specs in categories.items()),
        cities=81,
        indicator_count=count,
    )


STRUCTURE_2019 = structure(2019, 35)
STRUCTURE_2020 = structure(2020, 38)


def known() -> tuple[KnownFigure, ...]:
    return tuple(
        KnownFigure(
            int(row["edition"]),
            row["city"],
            row["category"] or None,
            None,
            "rank" if row["quantity"] == "rank" else "score",
            row["value"],
            row["source"],
        )
        for row in csv.DictReader(_lines("memo_2020_known.csv"))
    )


def mappings() -> tuple[IndicatorMapping, ...]:
    relations = {
        one: one for one in ("same", "renamed", "split", "merged", "narrower", "broader", "different")
    }
    return tuple(
        IndicatorMapping(
            2020,
            2019,
            row["category"],
            row["name"],
            row["previous_name"],
            relations[row["relation"]],  # pyright: ignore[reportArgumentType]
        )
        for row in csv.DictReader(_lines("memo_2020_mappings.csv"))
    )
