"""`steuerrad climate outline`: from a city's own file to what its folder holds."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from django.utils import translation

from steuerrad.modules.climate.commands import configure_outline, run_outline
from steuerrad.platform.city.outline import read

RING = [[7.0, 51.0, 0, None], [7.1, 51.0, 0, None], [7.1, 51.1, 0, None], [7.0, 51.0, 0, None]]


def told(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    configure_outline(parser)
    return parser.parse_args(arguments)


def test_districts_become_an_outline(tmp_path: Path, capsys) -> None:
    source, target = tmp_path / "in.json", tmp_path / "out.geojson"
    feature = {"type": "Feature", "properties": {"Bezirk": "Mitte", "secret": 1},
               "geometry": {"type": "Polygon", "coordinates": [RING]}}  # fmt: skip
    source.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert run_outline(told(str(source), "--name", "Bezirk", "--out", str(target))) == 0
    assert [one.name for one in read(target).named] == ["Mitte"]
    assert "secret" not in target.read_text(encoding="utf-8")
    assert run_outline(told(str(source))) == 0
    assert "1 areas, 0 with a name" in capsys.readouterr().err


def test_a_file_that_is_none_is_told(tmp_path: Path, capsys) -> None:
    assert run_outline(told(str(tmp_path / "missing.json"))) == 1
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with translation.override("en"):
        assert run_outline(told(str(tmp_path / "bad.json"))) == 1
    assert "there is no area in it" in capsys.readouterr().err
