"""`steuerrad index composite` from files to tables, without any database."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from steuerrad.modules.city_index.tests.command_line import main
from steuerrad.modules.city_index.tests.test_composite_files import DATA, META

CHECKS = Path(__file__).resolve().parents[5] / "shared" / "data" / "checks"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    data, meta = tmp_path / "data.csv", tmp_path / "meta.csv"
    data.write_text(DATA, encoding="utf-8")
    meta.write_text(META, encoding="utf-8")
    return ["index", "composite", str(data), str(meta)]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_index_by_hand(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """fibre 0.5, -, 2 a home; outage 3.5, 2, - hours; forms 20, 25, 31."""
    assert main([*files, "--out", str(tmp_path / "out"), "--runs", "40"]) == 0
    rows = table(tmp_path / "out" / "results.csv")
    assert [(row["rank"], row["code"], row["total"]) for row in rows] == [
        ("1", "C", "100.0"), ("2", "B", "81.818182"), ("3", "A", "0.0"),
    ]  # fmt: skip
    assert [row["known"] for row in rows] == ["0.5", "0.8333", "1.0"]
    assert [row["node_net"] for row in rows] == ["100.0", "100.0", "0.0"]
    assert all(float(row["rank_5"]) <= float(row["rank_median"]) <= float(row["rank_95"]) for row in rows)
    elements = {row["code"]: row for row in table(tmp_path / "out" / "elements.csv")}
    assert float(elements["outage"]["weight"]) == 0.5
    assert elements["fibre"]["known"] == "2"
    assert (elements["net"]["shift_without"], elements["index"]["shift_without"]) == ("0.0", "")
    assert {row["choice"] for row in table(tmp_path / "out" / "choices.csv")} == {
        "normalisation", "aggregation", "weights",
    }  # fmt: skip
    method = json.loads((tmp_path / "out" / "method.json").read_text())
    assert method["options"]["seed"] == 0
    assert len(method["sha256"]["data"]) == 64
    out = capsys.readouterr().out
    assert "Bergen" in out
    assert "81.82" in out


def test_the_same_seed_writes_the_same_bytes(files: list[str], tmp_path: Path) -> None:
    for folder in ("first", "again"):
        assert main([*files, "--out", str(tmp_path / folder), "--runs", "30", "--seed", "7"]) == 0
    for name in ("results.csv", "elements.csv", "treated.csv", "choices.csv", "method.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_gaps_are_spoken_of(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*files, "--runs", "0", "--fill", "size"]) == 0
    filled = capsys.readouterr().out
    assert main([*files, "--runs", "0"]) == 0
    open_gaps = capsys.readouterr().out
    assert filled != open_gaps
    assert main([*files, "--runs", "0", "--min-share", "0.9"]) == 0
    strict = capsys.readouterr().out
    assert strict.count("–") >= 2  # B and C lack a part, so they have no rank


def test_other_methods(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*files, "--normalise", "percentile_rank", "--runs", "0"]) == 0
    assert main([*files, "--normalise", "z_score", "--scale", "50", "10", "--runs", "20"]) == 0
    assert main([*files, "--aggregate", "geometric", "--scale", "1", "100", "--runs", "20"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    "options",
    [
        ["--normalise", "distance_to_target"],
        ["--normalise", "goalposts"],
        ["--aggregate", "geometric"],
        ["--scale", "9", "1"],
        ["--min-share", "2"],
        ["--fill", "colour"],
        ["--runs", "-1"],
        ["--weight-noise", "3"],
        ["--outliers", "-2"],
    ],
)
def test_what_cannot_be_computed_is_said(
    files: list[str], options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*files, *options, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert not (tmp_path / "out").exists()


def test_faults_of_files_are_said_with_their_place(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data.csv").write_text(DATA.replace("3.5", "x"), encoding="utf-8")
    assert main(files) == 1
    assert "data.csv:2" in capsys.readouterr().err
    assert main([*files[:2], str(tmp_path / "none.csv"), files[3]]) == 1
    assert "none.csv" in capsys.readouterr().err


@pytest.mark.skipif(
    not (CHECKS / "asem_expected.csv").is_file(), reason="the ASEM data are not beside the repository"
)
def test_the_published_example_from_its_own_files(tmp_path: Path) -> None:
    """COINr's files as they come; every number of its results table to six decimals."""
    files = [str(CHECKS / name) for name in ("asem_idata.csv", "asem_imeta.csv")]
    options = ["--outliers", "5", "--fill", "EurAsia_group", "--runs", "0", "--out", str(tmp_path)]
    assert main(["index", "composite", *files, *options]) == 0
    expected = {row["uCode"]: row for row in table(CHECKS / "asem_expected.csv")}
    rows = table(tmp_path / "results.csv")
    assert len(rows) == 51
    for row in rows:
        wanted = expected[row["code"]]
        assert row["rank"] == wanted["Rank"]
        for key in wanted.keys() - {"uCode", "Rank"}:
            found = row.get(f"node_{key}") or row[f"score_{key}"]
            assert float(found) == pytest.approx(float(wanted[key]), abs=1.01e-6)
    shifts = {
        row["code"]: float(row["shift_without"])
        for row in table(tmp_path / "elements.csv")
        if row["shift_without"]
    }
    assert (shifts["Social"], shifts["Physical"]) == (3.960784, 1.529412)
