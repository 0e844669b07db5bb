"""The published ASEM example of COINr (Becker et al. 2022; data under the MIT licence), digit by digit.

The data are not part of this repository. Where they lie beside it, in ``../shared/data/checks``, all printed digits
are checked; elsewhere these tests are skipped, and the examples by hand and the properties hold the ground.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from steuerrad.engines.scoring.composite import (
    Composite,
    Method,
    compute,
    correlations,
    denominate,
    fill_by_group,
)
from steuerrad.engines.scoring.framework import Framework, Indicator, Node
from steuerrad.engines.scoring.normalise import Normaliser
from steuerrad.engines.scoring.outliers import Treatment
from steuerrad.engines.scoring.sensitivity import Alternatives, leave_out, vary

CHECKS = Path(__file__).resolve().parents[5] / "shared" / "data" / "checks"
NAMES = ("asem_idata.csv", "asem_imeta.csv", "asem_expected.csv")
MISSING = [name for name in NAMES if not (CHECKS / name).is_file()]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"the ASEM data are not beside the repository: {', '.join(MISSING)}"
)

METHOD = Method(treatment=Treatment(most_points=5))
WITHOUT_PILLAR = {
    "Physical": 1.529412, "ConEcFin": 2.627451, "Political": 2.901961, "Instit": 1.176471, "P2P": 1.686275,
    "Environ": 3.098039, "Social": 3.960784, "SusEcFin": 2.627451,
}  # fmt: skip


@dataclass(frozen=True)
class Asem:
    units: list[str]
    framework: Framework
    values: np.ndarray
    expected: np.ndarray
    ranks: list[int]

    def row(self, unit: str) -> int:
        return self.units.index(unit)


def rows(name: str) -> list[dict[str, str]]:
    with (CHECKS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else np.nan


@cache
def asem() -> Asem:
    """Raw data, divided by the denominators, gaps filled with the mean of Europe or Asia, as the example does."""
    data, meta = rows(NAMES[0]), rows(NAMES[1])
    leaves = [row for row in meta if row["Type"] == "Indicator"]
    denominators = [row["iCode"] for row in meta if row["Type"] == "Denominator"]
    framework = Framework(
        tuple(
            Indicator(row["iCode"], row["Parent"], float(row["Weight"]), int(float(row["Direction"])))
            for row in leaves
        ),
        tuple(
            Node(row["iCode"], row["Parent"], float(row["Weight"]))
            for row in meta
            if row["Type"] == "Aggregate"
        ),
    )
    raw = np.array([[number(row[leaf["iCode"]]) for leaf in leaves] for row in data])
    sizes = np.array([[number(row[key]) for key in denominators] for row in data])
    divided = denominate(
        raw, sizes, [denominators.index(leaf["Denominator"]) if leaf["Denominator"] else None for leaf in leaves]
    )  # fmt: skip
    filled, _ = fill_by_group(divided, [row["EurAsia_group"] for row in data])
    expected = {row["uCode"]: row for row in rows(NAMES[2])}
    units = [row["uCode"] for row in data]
    scores = [[float(expected[unit][key]) for key in framework.keys] for unit in units]
    return Asem(units, framework, filled, np.array(scores), [int(expected[unit]["Rank"]) for unit in units])


@cache
def index() -> Composite:
    return compute(asem().framework, asem().values, METHOD)


def test_every_score_and_rank() -> None:
    """51 units x 49 indicators, 8 pillars, 2 sub-indices and the index, printed with six decimals."""
    found = np.hstack([index().scores, index().nodes])
    assert found.shape == (51, 60)
    assert np.abs(found - asem().expected).max() <= 0.5e-6 + 1e-9
    assert index().ranks.tolist() == asem().ranks


def test_printed_results() -> None:
    order = np.argsort(index().ranks)[:6]
    assert [(asem().units[row], round(float(index().total[row]), 2)) for row in order] == [
        ("CHE", 68.38), ("NLD", 64.82), ("DNK", 64.80), ("NOR", 64.47), ("BEL", 63.54), ("SWE", 63.00),
    ]  # fmt: skip
    first = asem().row("CHE")
    shown = [round(float(index().node(key)[first]), 2) for key in ("Conn", "Sust", "Physical", "Social")]
    assert shown == [62.79, 73.98, 63.41, 87.85]
    india = asem().row("IND")
    assert (round(float(index().total[india]), 2), index().ranks[india]) == (39.79, 45)


def test_printed_correlations() -> None:
    columns = np.stack([index().node(key) for key in ("Index", "Conn", "Sust")], axis=1)
    assert [round(float(value), 7) for value in correlations(columns)[0, 1:]] == [0.9397805, 0.8382873]


def test_printed_shifts_without_a_pillar() -> None:
    found = {item.key: round(item.shift, 6) for item in leave_out(index())}
    assert {key: found[key] for key in WITHOUT_PILLAR} == WITHOUT_PILLAR


def test_printed_ranks_by_percentile_rank() -> None:
    other = compute(asem().framework, asem().values, Method(Normaliser("percentile_rank"), METHOD.treatment))
    moved = {unit: (index().ranks[asem().row(unit)], other.ranks[asem().row(unit)]) for unit in
             ("PRT", "LAO", "MLT", "EST", "IDN")}  # fmt: skip
    assert moved == {"PRT": (27, 17), "LAO": (48, 39), "MLT": (10, 19), "EST": (22, 16), "IDN": (43, 49)}


def test_ranges_of_ranks() -> None:
    """COINr drew 100 times and printed these intervals; 2,000 draws lie within a place of theirs."""
    alternatives = Alternatives(
        tuple(Treatment(most_points=points) for points in range(1, 6)),
        (Normaliser("min_max", 1, 100), Normaliser("z_score", 10, 2)),
        ("arithmetic", "geometric"),
        {2: 0.25, 3: 0.25},
    )
    found = vary(asem().framework, asem().values, METHOD, alternatives, runs=2000, seed=1)
    printed = {
        "AUS": (35, 34, 38),
        "AUT": (7, 5.95, 9),
        "BEL": (5, 3, 9),
        "BGD": (46, 41, 48),
        "BGR": (30, 24, 30),
    }
    for unit, (nominal, low, high) in printed.items():
        row = asem().row(unit)
        assert found.nominal[row] == nominal
        assert abs(found.low[row] - low) <= 1, unit
        assert abs(found.high[row] - high) <= 1, unit
    assert found.median[asem().row("BGR")] == 28


def test_what_was_treated() -> None:
    """Fifteen indicators have outliers; none needs the logarithm when five points may move."""
    report = index().treated
    assert len(report) == 15
    assert not any(item.logarithm for item in report)
    assert all(item.settled and 1 <= len(item.moved) <= 4 for item in report)
