"""A storage of its own for every test, an owner of files, and small real files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from steuerrad.kernel.contributions import FileOwner, Module
from steuerrad.kernel.registry import registry

OWNER = "test_files.evidence"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + b"\0" * 60


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Contents of this test lie here."""
    settings.MEDIA_ROOT = str(tmp_path)
    assert storages["default"].location == str(tmp_path)
    return tmp_path


@pytest.fixture
def owner(folder: Path) -> Iterator[str]:
    """Files that everyone who is signed in may read."""
    module = Module(
        "test_files",
        "",
        "",
        file_owners=(FileOwner(OWNER, "Test", lambda user, file: user.is_authenticated),),
    )
    registry.add(module)
    yield OWNER
    del registry._modules["test_files"]


def upload(name: str, content: bytes, declared: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=declared)


def archive(*parts: tuple[str, bytes], stored: bool = False) -> bytes:
    """A ZIP with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in parts:
            made.writestr(name, content)
    return out.getvalue()


XLSX = archive(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
ODS = archive(
    ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<a/>"), stored=True
)
