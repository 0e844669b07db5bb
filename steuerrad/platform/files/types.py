"""What an upload really is, by its content. Nothing is unpacked or drawn: only the first and last bytes and a table of
contents are read.

The name's ending must agree with the content, because the ending decides what opens the file on a colleague's desk.
"""

from __future__ import annotations

import zipfile
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

import puremagic
from django.utils.translation import gettext as _

HEAD = 8192
# More than a table or text document of an office ever holds; a bomb says in its own table of contents what it is.
MOST_PARTS = 10_000
MOST_UNPACKED = 500 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


class FileRefusedError(Exception):
    """The upload cannot be kept; the message tells the person why."""


@dataclass(frozen=True)
class FileType:
    """endings: of names, lower case, the first is the usual one. mark: what a ZIP of this type holds."""

    content_type: str
    title: str
    endings: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class FileTypes:
    """A set of types that a form takes."""

    types: tuple[FileType, ...]

    @property
    def accept(self) -> str:
        """The value of <input accept>."""
        return ",".join(f".{ending}" for item in self.types for ending in item.endings)

    @property
    def titles(self) -> str:
        return ", ".join(item.title for item in self.types)


PDF = FileType("application/pdf", "PDF", ("pdf",))
PNG = FileType("image/png", "PNG", ("png",))
JPEG = FileType("image/jpeg", "JPEG", ("jpg", "jpeg", "jpe", "jfif"))
WEBP = FileType("image/webp", "WebP", ("webp",))
XLSX = FileType(f"{OFFICE}spreadsheetml.sheet", "XLSX", ("xlsx",), "xl/workbook.xml")
DOCX = FileType(f"{OFFICE}wordprocessingml.document", "DOCX", ("docx",), "word/document.xml")
PPTX = FileType(f"{OFFICE}presentationml.presentation", "PPTX", ("pptx",), "ppt/presentation.xml")
ODS = FileType(f"{OPEN}spreadsheet", "ODS", ("ods",), "mimetype")
ODT = FileType(f"{OPEN}text", "ODT", ("odt",), "mimetype")
CSV = FileType("text/csv", "CSV", ("csv",))
TEXT = FileType("text/plain", "TXT", ("txt",))
EVIDENCE = FileTypes((PDF, PNG, JPEG, WEBP, XLSX, DOCX, PPTX, ODS, ODT, CSV, TEXT))
PHOTOS = FileTypes((JPEG, PNG, WEBP))
#: Beginnings of texts that are code to some program: markup, scripts, RTF, PostScript.
SOURCES = ("<", "#!", "{\\rtf", "%!")
BY_MAGIC = {item.content_type: item for item in (PDF, PNG, JPEG, WEBP)}


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def detect(stream: IO[bytes], name: str, types: FileTypes) -> FileType:
    """The type of the content. stream: seekable. Raises FileRefusedError unless it is one of types and the name agrees."""
    stream.seek(0)
    head = stream.read(HEAD)
    if not head:
        raise FileRefusedError(_("The file is empty."))
    found = _by_content(stream, head, ending_of(name))
    if found is None:
        raise FileRefusedError(
            _("The content is %(kind)s; possible are: %(types)s.")
            % {"kind": _name_of(head), "types": types.titles}
        )
    if found not in types.types:
        raise FileRefusedError(
            _("The content is %(kind)s; possible are: %(types)s.")
            % {"kind": found.title, "types": types.titles}
        )
    if ending_of(name) not in found.endings:
        raise FileRefusedError(
            _("The name ends in “.%(ending)s”, but the content is %(kind)s.")
            % {"ending": ending_of(name), "kind": found.title}
        )
    return found


def _by_content(stream: IO[bytes], head: bytes, ending: str) -> FileType | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(stream)
    for match in _matches(head):
        if (found := BY_MAGIC.get(match)) is not None:
            _require_one_thing(stream)
            return found
    return _text_type(stream, ending)


def _matches(head: bytes) -> list[str]:
    """Content types whose marks stand at the very start; a mark further in would be a file in disguise."""
    try:
        return [item.mime_type for item in puremagic.magic_string(head) if item.offset == 0]
    except (puremagic.PureError, ValueError):
        return []


def _name_of(head: bytes) -> str:
    """What a content that is refused seems to be, for the message."""
    return next((name for name in _matches(head) if name), "") or str(_("of no known type"))


def _require_one_thing(stream: IO[bytes]) -> None:
    """Refuse a PDF or picture that is an archive, too: what was checked is not what another program would open."""
    stream.seek(0)
    if zipfile.is_zipfile(stream):
        raise FileRefusedError(_("The file is two things at once: it also holds an archive."))


def _zip_type(stream: IO[bytes]) -> FileType | None:
    """XLSX, DOCX … by the table of contents of the ZIP; only the uncompressed part "mimetype" is read."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            _require_harmless(parts)
            names = {item.filename for item in parts}
            mimetype = _stored_mimetype(archive, parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileRefusedError(_("The file is damaged: its table of contents cannot be read.")) from error
    for item in (XLSX, DOCX, PPTX):
        if "[Content_Types].xml" in names and item.mark in names:
            return item
    return next((item for item in (ODS, ODT) if mimetype == item.content_type), None)


def _stored_mimetype(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> str:
    first = parts[0] if parts else None
    if first is None or first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        return ""
    if first.file_size > 100 or first.flag_bits & 1:
        return ""
    return archive.read(first).decode("ascii", "replace")


def _require_harmless(parts: list[zipfile.ZipInfo]) -> None:
    if any("vbaproject" in item.filename.lower() or "/activex/" in item.filename.lower() for item in parts):
        raise FileRefusedError(_("The document holds macros. Save it without macros and upload it again."))
    if any(item.flag_bits & 1 for item in parts):
        raise FileRefusedError(_("The file is encrypted, so nobody could check it."))
    if len(parts) > MOST_PARTS or sum(item.file_size for item in parts) > MOST_UNPACKED:
        raise FileRefusedError(_("Unpacked, the file would be too large to open."))


def _text_type(stream: IO[bytes], ending: str) -> FileType | None:
    """CSV or plain text: no control characters, readable as UTF-8, UTF-16 with mark, or Windows-1252, and not the
    beginning of something that a program would run or draw."""
    stream.seek(0)
    content = stream.read()
    text = _text_of(content)
    if text is None or any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in set(text)):
        return None
    if text.lstrip("\ufeff \t\r\n").startswith(SOURCES):
        return None
    return CSV if ending == "csv" else TEXT


def _text_of(content: bytes) -> str | None:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return None
