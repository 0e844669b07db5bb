"""`steuerrad sensors import --mapping`"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from steuerrad.modules.sensors.bulk.tests.test_table_pages import LONG
from steuerrad.modules.sensors.commands import COMMANDS
from steuerrad.platform.observations.models import Thing


def main(words: list[str]) -> int:
    """As `steuerrad sensors import` with these words."""
    command = next(one for one in COMMANDS if one.name == "import")
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


MAPPING = """decimal = ","
time = { column = "Zeitpunkt", form = "%Y-%m-%d %H:%M", zone = "UTC" }
thing = { column = "Messstelle", prefix = "c:" }
value = { column = "Wert", what = "Messgröße" }
[series.Temperatur]
property = "air_temperature"
unit = "Cel"
"""


@pytest.mark.django_db
def test_the_command_reads_checks_and_reports(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "l.csv").write_text(LONG)
    base = ["--mapping", str(tmp_path / "m.toml"), "--report", str(tmp_path / "r.csv")]
    with translation.override("en"):
        assert main([*base, "--check", str(tmp_path / "l.csv")]) == 1
        assert not Thing.objects.exists()
        assert main([*base, str(tmp_path / "l.csv"), str(tmp_path / "missing.csv")]) == 1
        assert Thing.objects.get().key == "c:A"
        assert (tmp_path / "r.csv").read_text().splitlines()[1].startswith("3,Messgröße,")
        (tmp_path / "m.toml").write_text(MAPPING.replace("air_temperature", "nonsense"))
        assert main([*base, str(tmp_path / "l.csv")]) == 2
        assert "series.Temperatur" in capsys.readouterr().err
        assert main(["nonsense", "x"]) == 2
