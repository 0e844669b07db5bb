"""The memo as PDF, DOCX and HTML, and the command that writes it."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from django.utils.translation import override

from steuerrad.modules.city_index.memo import actions, output
from steuerrad.modules.city_index.memo.collect import collect, find
from steuerrad.modules.city_index.memo.layout import Edition as Print
from steuerrad.modules.city_index.memo.layout import memo_document
from steuerrad.modules.city_index.tests.command_line import main
from steuerrad.platform.accounts.models import User
from steuerrad.platform.documents.model import Document
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.documents.pdf_check import check_pdf
from steuerrad.platform.documents.word import docx_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture
def document() -> Iterator[Document]:
    with override("de"):
        facts = collect(*find("bochum", 2020))
        yield memo_document(facts, Print(author="Bochum"))


def test_the_pdf_passes_both_checkers(document: Document) -> None:
    report = check_pdf(pdf_bytes(document))
    assert report.passed, str(report)
    assert not report.warnings, str(report)


def test_the_docx_has_headings_alternative_texts_and_places_to_lead_to(document: Document) -> None:
    data = docx_bytes(document)
    file = docx.Document(io.BytesIO(data))
    headings = [p.text for p in file.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert headings[2:7] == [
        "Verwaltung",
        "Energie und Umwelt",
        "IT und Kommunikation",
        "Mobilität",
        "Gesellschaft",
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("word/document.xml"))
    pictures = list(root.iter(f"{DRAWING}docPr"))
    assert len(pictures) >= 8
    assert all(len(picture.get("descr") or "") > 40 for picture in pictures)
    marks = {mark.get(f"{WORD}name") for mark in root.iter(f"{WORD}bookmarkStart")}
    targets = {link.get(f"{WORD}anchor") for link in root.iter(f"{WORD}hyperlink")} - {None}
    assert targets
    assert targets <= marks


def test_the_html_file_stands_alone(document: Document) -> None:
    page = output.html_page(document).decode()
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "src=" not in page
    assert '<html lang="de">' in page


def test_a_draft_says_so_on_every_page(document: Document) -> None:
    assert document.title.startswith(("ENTWURF", "DRAFT"))  # the title is the head of every page


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "memo.pdf"
    output.write_whole(path, b"first")
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR

    def broken(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        output.write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert [item.name for item in tmp_path.iterdir()] == ["memo.pdf"]


MEMO = ["index", "memo", "--city", "bochum", "--edition", "2020"]


@pytest.mark.parametrize(("ending", "start"), [("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!doctype")])
def test_the_command_writes_every_format(tmp_path: Path, ending: str, start: bytes) -> None:
    path = tmp_path / f"memo.{ending}"
    assert main([*MEMO, "--out", str(path), "--language", "en"]) == 0
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--city", "nix", "--edition", "2020", "--out", "memo.pdf"], "nix"),
        (["--city", "bochum", "--edition", "1999", "--out", "memo.pdf"], "1999"),
        (["--city", "bochum", "--edition", "2020", "--out", "memo.txt"], "memo.txt"),
        (["--city", "bochum", "--edition", "2020", "--out", "memo"], ".pdf"),
        (["--city", "bochum", "--edition", "2020", "--out", "nowhere/memo.pdf"], "nowhere"),
        (["--city", "bochum", "--edition", "2020", "--out", "memo.html", "--document", "nix"], "nix"),
    ],
)
def test_wrong_use_gives_one_sentence(
    arguments: list[str],
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["index", "memo", *arguments]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_gives_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(output.tempfile, "mkstemp", refused)
    assert main([*MEMO, "--out", str(tmp_path / "memo.html")]) == 2
    assert "Permission denied" in capsys.readouterr().err


def test_the_command_prints_the_released_version_in_its_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memo = actions.begin_memo(User.objects.get(email="coordinator@demo.invalid"), *find("bochum", 2020))
    actions.edit_text(memo.created_by, memo.pk, "total_rank_up:summary", "Anders gesagt.")
    with override("de"):
        actions.release_memo(User.objects.get(email="approver@demo.invalid"), memo.pk)
    path = tmp_path / "memo.html"
    assert main([*MEMO, "--out", str(path), "--language", "de"]) == 0
    assert "Anders gesagt." in path.read_text(encoding="utf-8")
    assert main([*MEMO, "--out", str(path), "--language", "en"]) == 2
    assert "--fresh" in capsys.readouterr().err
    assert main([*MEMO, "--out", str(path), "--language", "en", "--fresh"]) == 0
    assert "Anders gesagt." not in path.read_text(encoding="utf-8")
