"""What a file really is, told by its content and never by its name: text (in which encoding) or not."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes
from django.utils.formats import number_format
from django.utils.translation import gettext

from steuerrad.platform.tables.problems import TableProblem

SAMPLE_BYTES = 64 * 1024
BLOCK_BYTES = 1024 * 1024
LEGACY_ENCODINGS = ("cp1252", "latin_1", "cp850", "mac_roman")

SIGNATURES = (
    (b"%PDF-", "is a PDF, not a table"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "is an old Excel file (.xls) or a protected one; save it as .xlsx or CSV",
    ),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first"),
    (b"\x89PNG", "is a picture, not a table"),
    (b"\xff\xd8\xff", "is a picture, not a table"),
    (b"GIF8", "is a picture, not a table"),
    (b"SQLite format 3\x00", "is a database, not a table"),
    (b"7z\xbc\xaf\x27\x1c", "is compressed (7z); unpack it first"),
    (b"\x7fELF", "is a program, not a table"),
)
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


def open_stream(source: Path | str | bytes | BinaryIO, name: str, max_bytes: int) -> tuple[BinaryIO, int]:
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
            raise TableProblem(name, f"cannot be read ({error})") from None
    else:
        stream = source
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    reason = None
    if size == 0:
        reason = gettext("is empty")
    elif size > max_bytes:
        reason = gettext("has %(size)s bytes; the limit is %(most)s. Split it, or raise the limit") % {
            "size": grouped(size), "most": grouped(max_bytes),
        }  # fmt: skip
    if reason:
        if not isinstance(source, io.IOBase):
            stream.close()
        raise TableProblem(name, reason)
    return stream, size


def grouped(number: int) -> str:
    """The number with its digits in groups of three, as the reader's language writes it."""
    return number_format(number, force_grouping=True)


def refuse_binary(head: bytes, name: str) -> None:
    """Raise TableProblem if the first bytes are not those of a text."""
    for signature, reason in SIGNATURES:
        if head.startswith(signature):
            raise TableProblem(name, reason)
    if any(head.startswith(bom) for bom, _ in BOMS):
        return
    if b"\x00" in head:
        half = head.count(b"\x00") >= len(head) // 3
        hint = "; if it is UTF-16 text, save it as UTF-8" if half else ""
        line = head[: head.index(b"\x00")].count(b"\n") + 1
        raise TableProblem(f"{name}:{line}", f"holds a NUL byte and is no text file{hint}")
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
