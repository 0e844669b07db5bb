"""The page that publishes the backtest, good or bad; every sentence follows from the figures by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.ranking.backtest import Line
from steuerrad.engines.ranking.field import Field

FEW_EDITIONS = 8  # forecast editions below this say little about calibration
NEAR = 0.05  # coverage that lies this close to the level counts as calibrated
ABOUT = {"score": ("score", "points"), "rank": ("rank", "places")}


@dataclass(frozen=True)
class Report:
    """What the page is made of."""

    name: str
    fields: Sequence[Field]
    lines: Sequence[Line]
    draws: int
    seed: int


def page(report: Report) -> str:
    """The page as Markdown."""
    parts = [
        f"# Backtest: how well the {report.name} would have been forecast",
        "<!-- Written by `steuerrad index backtest --out docs/explanation/backtest.md`. Do not edit. -->",
        "Each edition is forecast from the editions before it alone, with the [method of the what-if](what_if.md) and "
        "without any own change, and held against what was published. Two naive forecasts stand beside it: the same "
        "score and the same rank as in the edition before.",
        "## What it rests on",
        _editions(report.fields),
        _partial(report.fields),
        "## Calibration",
        "How often the truth lay within the middle 50 % and 90 % of the forecast (a calibrated forecast has 50 % and "
        "90 %), the mean width of the 90 % interval, the bias (median minus truth) and the mean CRPS, which judges the "
        "whole distribution.",
        _calibration(report.lines),
        *_judgements(report.lines),
        "## Against the naive forecasts",
        "Mean absolute error over the cities of which both editions are published. A naive forecast has no spread, so "
        "its CRPS is its absolute error.",
        _naive(report.lines),
        *_comparisons(report.lines),
        "## How to read this",
        *_limits(report),
    ]
    return "\n\n".join(parts) + "\n"


def _editions(fields: Sequence[Field]) -> str:
    rows = [
        f"| {item.year} | {item.participants} | {int(np.isfinite(item.totals).sum())} | {int((item.ranks > 0).sum())} "
        f"| {_changed(item, number)} |"
        for number, item in enumerate(fields)
    ]
    head = "| edition | cities taking part | totals published | ranks published | method changed |\n|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _changed(item: Field, number: int) -> str:
    return "–" if number == 0 else "yes" if item.changed else "no"


def _partial(fields: Sequence[Field]) -> str:
    taking = sum(item.participants for item in fields)
    scores = sum(int(np.isfinite(item.totals).sum()) for item in fields)
    if scores == taking:
        return "All totals of all editions are known."
    return (
        f"Only {scores} of {taking} totals ({100 * scores / taking:.0f} %) are known. What is not published is drawn "
        "between what is; a city is judged only by figures that were published of it. Cities near the top are published "
        "more often than others, and one that rose into the list is known where one that fell out of it is not: the "
        "errors below hold for such cities, not for all."
    )


def _calibration(lines: Sequence[Line]) -> str:
    head = (
        "| edition | years learned from | method changed | forecast of | cities | within 50 % | within 90 % | width of 90 % "
        "| mean error | bias | CRPS |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| {_year(line)} | {_learned(line)} | {_broke(line)} | {line.quantity} | {line.cases} | {_percent(line.covered_50)} "
        f"| {_percent(line.covered_90)} | {_number(line.width_90)} | {_number(line.error)} | {_signed(line.bias)} "
        f"| {_number(line.crps)} |"
        for line in lines
    ]
    return "\n".join([head, *rows])


def _naive(lines: Sequence[Line]) -> str:
    head = (
        '| edition | forecast of | cities | error of the forecast | error of "same as last time" | CRPS of the forecast '
        '| CRPS of "same as last time" |\n|---|---|---|---|---|---|---|'
    )
    rows = [
        f"| {_year(line)} | {line.quantity} | {line.compared} | {_number(line.error_compared)} | {_number(line.naive_error)} "
        f"| {_number(line.crps_compared)} | {_number(line.naive_error)} |"
        for line in lines
    ]
    return "\n".join([head, *rows])


def _year(line: Line) -> str:
    return "all" if line.year is None else str(line.year)


def _learned(line: Line) -> str:
    return "" if line.year is None else str(line.learned_from)


def _broke(line: Line) -> str:
    return "" if line.year is None else "yes" if line.method_break else "no"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f}".replace("-", "−")


def _judgements(lines: Sequence[Line]) -> list[str]:
    """One sentence for each level and quantity over all editions."""
    found: list[str] = []
    for line in lines:
        if line.year is not None or not line.cases:
            continue
        for level, value in ((0.5, line.covered_50), (0.9, line.covered_90)):
            assert value is not None
            if abs(value - level) <= NEAR:
                word = "close to what it claims"
            elif value < level:
                word = "too narrow: the truth lies outside more often than it claims"
            else:
                word = "too wide: the truth lies inside more often than it claims"
            found.append(
                f"- The {100 * level:.0f} % interval of the {ABOUT[line.quantity][0]} holds {_percent(value)} of "
                f"{line.cases} truths. It is {word}."
            )
    return ["\n".join(found)] if found else ["Nothing could be forecast."]


def _comparisons(lines: Sequence[Line]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line.year is not None or not line.compared:
            continue
        own, naive, whole = line.error_compared, line.naive_error, line.crps_compared
        if own is None or naive is None or whole is None:
            continue
        name, unit = ABOUT[line.quantity]
        found.append(
            f'- **{name.capitalize()}:** as a single number the forecast errs by {own:.1f} {unit}, "same {name} as last '
            f'time" by {naive:.1f}: {_better(own, naive)}. As a distribution (CRPS) it has {whole:.1f} against '
            f"{naive:.1f}: {_better(whole, naive)}."
        )
    return ["\n".join(found)] if found else []


def _better(own: float, naive: float) -> str:
    ratio = own / naive if naive else 1.0
    if abs(ratio - 1) <= 0.05:
        return "no difference that counts"
    return f"{abs(1 - ratio) * 100:.0f} % {'better' if ratio < 1 else 'worse'}"


def _limits(report: Report) -> list[str]:
    years = [line for line in report.lines if line.year is not None]
    editions = {line.year for line in years}
    found: list[str] = []
    if len(editions) < FEW_EDITIONS:
        found.append(
            f"- {len(editions)} editions could be forecast. Cities of one edition share its common shock, so this is "
            f"{len(editions)} observations of how far a year strays, not the number of cities: the shares above may be off by "
            "tens of percentage points. They show no gross error; they prove no calibration."
        )
    blind = sorted({line.year for line in years if not line.learned_from and line.year is not None})
    if blind:
        found.append(
            f"- {', '.join(map(str, blind))} had no pair of editions to learn from: that forecast is the assumption alone."
        )
    broken = sorted({line.year for line in years if line.method_break and line.year is not None})
    if broken:
        found.append(
            f"- In {', '.join(map(str, broken))} the method changed. The forecast did not know that beforehand, as nobody "
            "did when it would have been made."
        )
    found.append("- The assumptions were set before the first run of this table and were not tuned to it.")
    found.append(f"- {report.draws:,} draws, seed {report.seed}: the same figures each time.")
    return ["\n".join(found)]
