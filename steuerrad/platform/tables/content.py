"""What a file really is, told by its content and never by its name: text (in which encoding) or not."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from charset_normalizer import from_bytes
from django.core.files.base import File
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy

from steuerrad.platform.tables.problems import TableProblem

#: A path, the content, or a seekable stream of bytes such as an upload.
Source = Path | str | bytes | BinaryIO | File
SAMPLE_BYTES = 64 * 1024
BLOCK_BYTES = 1024 * 1024
LEGACY_ENCODINGS = ("cp1252", "latin_1", "cp850", "mac_roman")

PICTURE = gettext_lazy("is a picture, not a table")
OLD_OR_PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound file: .xls, or an .xlsx with a password
SIGNATURES = (
    (b"%PDF-", gettext_lazy("is a PDF, not a table")),
    (OLD_OR_PROTECTED, gettext_lazy("is an old Excel file (.xls); save it as .xlsx or CSV")),
    (b"\x1f\x8b", gettext_lazy("is compressed (gzip); unpack it first")),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"SQLite format 3\x00", gettext_lazy("is a database, not a table")),
    (b"7z\xbc\xaf\x27\x1c", gettext_lazy("is compressed (7z); unpack it first")),
    (b"Rar!\x1a\x07", gettext_lazy("is compressed (RAR); unpack it first")),
    (b"PK\x05\x06", gettext_lazy("is an empty zip archive")),
    (b"\x7fELF", gettext_lazy("is a program, not a table")),
    (b"MZ\x90\x00", gettext_lazy("is a program, not a table")),
)
#: Beginnings of texts that Excel opens, too, but that are no lines of cells.
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"{\\rtf")
ENCRYPTED = "EncryptedPackage".encode(
    "utf-16-le"
)  # name of the stream with the content (MS-OFFCRYPTO 2.3.4.4)
SECTOR_BYTES = 512
BOMS = (  # UTF-32 before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name`` for Python's codecs; ``assumed`` is True where the bytes do not prove it."""

    name: str
    assumed: bool


def open_stream(source: Source, name: str, max_bytes: int) -> tuple[BinaryIO, int]:
    """The source as a seekable stream at its start, and its size in bytes.

    Raises TableProblem where it is absent, a directory, unreadable, empty or above ``max_bytes``.
    """
    if isinstance(source, bytes):
        stream: BinaryIO = io.BytesIO(source)
    elif isinstance(source, str | Path):
        path = Path(source)
        try:
            if path.is_dir():
                raise TableProblem(name, gettext("is a directory, not a file"))
            if path.exists() and not path.is_file():
                raise TableProblem(name, gettext("is not a regular file"))
            stream = path.open("rb")
        except FileNotFoundError:
            raise TableProblem(name, gettext("does not exist")) from None
        except PermissionError:
            raise TableProblem(name, gettext("may not be read (permission)")) from None
        except (OSError, ValueError) as error:
            raise TableProblem(name, gettext("cannot be read (%(reason)s)") % {"reason": error}) from None
    else:
        stream = cast(BinaryIO, source)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    reason = None
    if size == 0:
        reason = gettext("is empty")
    elif size > max_bytes:
        reason = gettext("is larger than %(most)d MB") % {"most": max_bytes // 1024**2}
    if reason:
        if stream is not source:
            stream.close()
        raise TableProblem(name, reason)
    return stream, size


def grouped(number: int) -> str:
    """The number with its digits in groups of three, as the reader's language writes it."""
    return number_format(number, force_grouping=True)


def refuse_known(stream: BinaryIO, name: str) -> None:
    """Raise TableProblem with what the file is, if it is of a known kind that is no table. Leaves it at its start."""
    stream.seek(0)
    head = stream.read(SECTOR_BYTES)
    for signature, reason in SIGNATURES:
        if head.startswith(signature):
            if signature == OLD_OR_PROTECTED and _encrypted(stream, head):
                raise TableProblem(name, gettext("is protected by a password; save it without one"))
            raise TableProblem(name, str(reason))
    if head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(MARKUP):
        raise TableProblem(name, gettext("is a web page or other marked-up text; save it as .xlsx or CSV"))
    stream.seek(0)


def _encrypted(stream: BinaryIO, head: bytes) -> bool:
    """Whether a compound file holds an encrypted workbook: its first directory sector names what is in it."""
    power, sector = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    if power not in (9, 12):  # sectors of 512 or 4096 bytes (MS-CFB 2.2)
        return False
    stream.seek((sector + 1) << power)
    return ENCRYPTED in stream.read(1 << power) + stream.read(1 << power)


def refuse_binary(stream: BinaryIO, head: bytes, name: str) -> None:
    """Raise TableProblem if the first bytes, `head`, are not those of a text."""
    refuse_known(stream, name)
    if any(head.startswith(bom) for bom, _ in BOMS):
        return
    if b"\x00" in head:
        place = f"{name}:{head[: head.index(0)].count(10) + 1}"
        if head.count(b"\x00") >= len(head) // 3:
            raise TableProblem(place, gettext("holds NUL bytes; if it is UTF-16 text, save it as UTF-8"))
        raise TableProblem(place, gettext("holds a NUL byte and is no text file"))
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in head)
    if control > max(8, len(head) // 20):
        raise TableProblem(name, gettext("is not a text file (it holds control characters)"))


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while block := stream.read(BLOCK_BYTES):
        yield block


def find_encoding(stream: BinaryIO, head: bytes, name: str) -> Encoding:
    """UTF-8 if the whole file is valid UTF-8 (one pass, constant memory); else by mark; else a legacy one.

    A file that is UTF-8 up to a broken place is refused with that place, because reading it as anything
    else would silently spoil every umlaut before it.
    """
    for bom, codec in BOMS:
        if head.startswith(bom):
            return Encoding(codec, assumed=False)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, beyond_ascii, pending = 1, False, b""
    for block in _blocks(stream):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            data = pending + block  # the decoder reports offsets within what it held back plus the block
            valid = data[: error.start].decode("utf-8", "ignore")
            if beyond_ascii or not valid.isascii():
                bad = data[error.start]
                place = f"{name}:{lines + valid.count(chr(10))}"
                raise TableProblem(
                    place,
                    gettext("byte %(byte)s is not UTF-8, though the text before is; save the file as UTF-8")
                    % {"byte": f"0x{bad:02X}"},
                ) from None
            return _legacy(data, error.start)
        pending = decoder.getstate()[0]
        lines += text.count("\n")
        beyond_ascii = beyond_ascii or not text.isascii()
    if pending:
        if beyond_ascii:
            raise TableProblem(
                f"{name}:{lines}", gettext("ends in the middle of a UTF-8 character; the file is cut off")
            )
        return Encoding("cp1252", assumed=True)
    return Encoding("utf-8", assumed=False)


def _legacy(data: bytes, offset: int) -> Encoding:
    """The likeliest 8-bit encoding of a German file, from a sample around its first non-ASCII byte."""
    sample = data[max(0, offset - 2048) : offset + SAMPLE_BYTES]
    best = from_bytes(sample, cp_isolation=list(LEGACY_ENCODINGS)).best()
    guess = best.encoding if best is not None else "latin_1"
    if guess == "latin_1":  # cp1252 differs only in 0x80-0x9F, where latin-1 has control characters
        guess = "cp1252"
    if guess != "cp1252":
        umlauts = sum(sample.count(byte) for byte in b"\xe4\xf6\xfc\xdf\xc4\xd6\xdc")
        if umlauts * 2 >= sum(byte > 127 for byte in sample):
            guess = "cp1252"
    try:
        sample.decode(guess)
    except UnicodeDecodeError:
        guess = "latin_1"
    return Encoding(guess, assumed=True)
