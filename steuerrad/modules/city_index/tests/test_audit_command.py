"""The commands audit and verify: the known errors of the memo, and JSON whose keys stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import translation

from steuerrad.modules.city_index.tests.command_line import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
GOLDEN = Path(__file__).parent / "golden" / "audit_memo_2020.txt"
AUDIT = ["index", "audit", "--city", "bochum", "--edition", "2020"]


def audit(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert main([*AUDIT, "--format", "json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_errors_of_the_memo_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    data = audit(capsys, "--document", "memo_2020")
    (document,) = data["documents"]  # type: ignore[misc]
    errors = {
        (item["place"]["category"], item["place"]["row"], item["place"]["column"], item["printed"],
         item["follows"]["value"], item["caused_by"] is None)
        for item in document["findings"] if item["severity"] == "error"
    }  # fmt: skip
    assert errors == {
        ("Verwaltung", "Gesamtergebnis", "previous", "58,0", "44.2", True),
        ("Verwaltung", "Gesamtergebnis", "change", "+1,6", "15.4", False),
        ("Verwaltung", "", "text", "58,0", "44.2", False),
        ("IT und Kommunikation", "Gesamtergebnis", "previous", "64,9", "58.7", True),
        ("Energie und Umwelt", "Gesamtergebnis", "change", "-11,8", "20.8", True),
        ("Gesellschaft", "Geodatenportal", "change", "-27,5", "-37.5", True),
    }
    assert document["counts"] == {"error": 6, "warning": 2, "note": 21, "primary_errors": 4}


def test_json_keys_are_stable(capsys: pytest.CaptureFixture[str]) -> None:
    data = audit(capsys)
    assert set(data) == {"schema", "index", "city", "edition", "language", "documents"}
    assert data["schema"] == "steuerrad.index.audit/1"
    for document in data["documents"]:  # type: ignore[attr-defined]
        assert set(document) == {"document", "previous_edition", "rows", "statements", "counts", "findings"}
        for finding in document["findings"]:
            assert set(finding) == {
                "id", "rule", "place", "printed", "follows", "severity", "certainty", "basis", "message_key",
                "params", "evidence", "caused_by", "replaces", "message",
            }  # fmt: skip


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The golden file holds what was read and found right by hand; it is in English so that no translation moves it."""
    with translation.override("en"):
        assert main([*AUDIT, "--document", "memo_2020"]) == 0
    assert capsys.readouterr().out == GOLDEN.read_text(encoding="utf-8")


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*AUDIT, "--strict"]) == 1
    assert main([*AUDIT, "--document", "nothing"]) == 2
    assert "memo_2020" in capsys.readouterr().err
    assert main(["index", "audit", "--city", "Hamburg", "--edition", "2020"]) == 0
    assert main(["index", "audit", "--city", "Atlantis", "--edition", "2020"]) == 2
    assert main(["index", "audit", "--edition", "1990"]) == 2


def test_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "verify", "--edition", "2019", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "steuerrad.index.verify/1"
    contradicted = {
        (item["city"], item["category"], item["printed"])
        for item in data["figures"] if item["outcome"] == "contradicted"
    }  # fmt: skip
    assert contradicted == {
        ("Bochum", "Verwaltung", "58.0"), ("Bochum", "IT und Kommunikation", "64.9")
    }  # fmt: skip
    assert main(["index", "verify", "--edition", "2019", "--strict"]) == 1
    assert main(["index", "verify", "--edition", "1990"]) == 2
