"""The published backtest is what the program computes from the data of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from steuerrad.modules.city_index.models import Result
from steuerrad.modules.city_index.tests.command_line import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def test_the_published_page_is_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "backtest.md"
    assert main(["index", "backtest", "--out", str(target)]) == 0
    assert "backtest.md" in capsys.readouterr().out
    published = Path(settings.ROOT) / "docs" / "explanation" / "backtest.md"
    assert target.read_text() == published.read_text(), (
        "run steuerrad index backtest --out docs/explanation/backtest.md"
    )


def test_too_few_editions_are_refused_with_the_reason(capsys: Any) -> None:
    Result.objects.exclude(edition__year=2022).delete()
    assert main(["index", "backtest"]) == 1
    assert capsys.readouterr().err.strip()


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path, capsys: Any) -> None:
    assert main(["index", "backtest", "--out", str(tmp_path / "no" / "folder.md")]) == 1
    assert "folder.md" in capsys.readouterr().err
