"""What an upload is, by its content; what is refused, and why."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.platform.files.names import LONGEST, clean_name
from steuerrad.platform.files.tests.conftest import JPEG, ODS, PDF, PNG, XLSX, archive
from steuerrad.platform.files.types import EVIDENCE, PHOTOS, FileRefusedError, detect


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("report.pdf", PDF, "application/pdf"),
        ("REPORT.PDF", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.ods", ODS, "application/vnd.oasis.opendocument.spreadsheet"),
        ("a.csv", "PKW;Straße\n12;Südring\n".encode("cp1252"), "text/csv"),
        ("a.csv", "PKW;Straße\n".encode("utf-16"), "text/csv"),
        ("a.txt", b"BM stands for nothing here\n", "text/plain"),
    ],
)
def test_what_offices_send_is_known_by_its_content(name: str, content: bytes, content_type: str) -> None:
    assert detect(io.BytesIO(content), name, EVIDENCE).content_type == content_type


def bomb() -> bytes:
    """A ZIP of some 600 kB that says it unpacks to 600 MB."""
    return archive(("[Content_Types].xml", b""), ("xl/workbook.xml", b"\0" * (600 * 1024 * 1024)))


def encrypted() -> bytes:
    content = bytearray(XLSX)
    position = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, position + 8, 1)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b""),
        ("a.pdf", PNG),
        ("a.png", PDF),
        ("a", PDF),
        ("a.pdf", b"MZ" + b"\0" * 200),
        ("a.txt", b"\x7fELF" + b"\0" * 200),
        ("a.txt", b"<!doctype html><script>alert(1)</script>"),
        ("a.csv", b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.txt", b"{\\rtf1 }"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.pdf", b"<script>alert(1)</script>" + PDF),
        ("a.pdf", PDF + XLSX),
        ("a.png", PNG + archive(("x.class", b"x"))),
        ("a.zip", archive(("x.txt", b"x"))),
        ("a.xlsx", archive(("x.txt", b"x"))),
        ("a.xlsx", XLSX[:60]),
        ("a.xlsx", archive(("[Content_Types].xml", b""), ("xl/workbook.xml", b""), ("xl/vbaProject.bin", b"x"))),
        ("a.docx", XLSX),
        ("a.ods", archive(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"))),
    ],
    ids=lambda part: part if isinstance(part, str) else "content",  # bytes with a time in them differ each run
)  # fmt: skip
def test_what_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        detect(io.BytesIO(content), name, EVIDENCE)
    assert str(refusal.value)


def test_a_bomb_is_refused_by_its_table_of_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb()
    assert len(content) < 2 * 1024 * 1024

    def unpacked(*arguments: object, **options: object) -> None:
        raise AssertionError("a part was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    with pytest.raises(FileRefusedError):
        detect(io.BytesIO(content), "a.xlsx", EVIDENCE)


def test_an_encrypted_table_is_refused() -> None:
    with pytest.raises(FileRefusedError):
        detect(io.BytesIO(encrypted()), "a.xlsx", EVIDENCE)


def test_a_set_of_types_takes_only_its_own() -> None:
    assert detect(io.BytesIO(JPEG), "a.jpg", PHOTOS).title == "JPEG"
    with pytest.raises(FileRefusedError):
        detect(io.BytesIO(PDF), "a.pdf", PHOTOS)


@given(st.binary(max_size=400), st.sampled_from(["a.pdf", "a.xlsx", "a.csv", "a.ods", "a.jpg", "a"]))
def test_no_content_breaks_the_check(content: bytes, name: str) -> None:
    try:
        found = detect(io.BytesIO(content), name, EVIDENCE)
    except FileRefusedError:
        return
    assert name.rpartition(".")[2] in found.endings


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\Bericht 2024.pdf", "Bericht 2024.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("con.txt", "_con.txt"),
        ("...", "file.pdf"),
        (".pdf", "file.pdf"),
        ("Gemüse<>.pdf", "Gemüse__.pdf"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_lose_what_can_harm(name: str, clean: str) -> None:
    assert clean_name(name, "pdf") == clean


@given(st.text(max_size=300))
def test_every_name_becomes_one_that_can_be_kept(name: str) -> None:
    clean = clean_name(name, "pdf")
    assert 0 < len(clean) <= LONGEST
    assert not set(clean) & set('<>:"/\\|?*\r\n\0')
    assert clean_name(clean, "pdf") == clean
