"""The zip around a workbook: looked at before anything in it is unpacked."""

import io
import zipfile
from typing import BinaryIO

from django.utils.translation import gettext

from steuerrad.platform.tables.content import grouped
from steuerrad.platform.tables.limits import Limits
from steuerrad.platform.tables.problems import TableProblem

ZIP_SIGNATURE = b"PK\x03\x04"
MOST_PARTS = 2000
LARGEST_TYPES = 10_000_000  # bytes of the list of parts
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


def check_package(stream: BinaryIO, name: str, limits: Limits) -> None:
    """Raise TableProblem unless the zip is an .xlsx without macros and of a sane unpacked size.

    zipfile stops reading a part at the size that the directory states, so these sizes bound all later work; a part
    that unpacks to something else fails its checksum when it is read.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            parts = {info.filename: info for info in package.infolist()}
            types = _content_types(package, parts, name)
    except TableProblem:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged zip can raise almost anything
        raise TableProblem(
            name, gettext("is a damaged zip or Excel file (%(reason)s)") % {"reason": error}
        ) from None
    if "xl/vbaProject.bin" in parts or b"macroEnabled" in types:
        raise TableProblem(name, gettext("holds macros; save it as .xlsx without macros"))
    if "xl/workbook.bin" in parts:
        raise TableProblem(name, gettext("is a binary Excel workbook (.xlsb); save it as .xlsx or CSV"))
    if not any(part.startswith("xl/worksheets/") for part in parts):
        raise TableProblem(name, gettext("is a zip archive, but not an Excel workbook (.xlsx)"))
    unpacked = sum(info.file_size for info in parts.values())
    shared = sum(i.file_size for n, i in parts.items() if n.casefold().endswith("sharedstrings.xml"))
    if len(parts) > MOST_PARTS or unpacked > limits.unpacked or shared > limits.strings:
        raise TableProblem(
            name,
            gettext("unpacks to %(size)s bytes, more than this reader takes; save it as CSV")
            % {"size": grouped(unpacked)},
        )


def _content_types(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    info = parts.get("[Content_Types].xml")
    if info is None:
        if "mimetype" in parts and package.open("mimetype").read(100).startswith(OPEN_DOCUMENT):
            raise TableProblem(name, gettext("is an OpenDocument file (.ods); save it as .xlsx or CSV"))
        raise TableProblem(name, gettext("is a zip archive, but not an Excel workbook (.xlsx)"))
    if info.file_size > LARGEST_TYPES:
        raise TableProblem(name, gettext("is not a sane Excel workbook (its list of parts is too large)"))
    return package.read(info)


def opened(stream: BinaryIO) -> zipfile.ZipFile:
    """The zip, read from its start; closing it leaves the stream open."""
    stream.seek(0, io.SEEK_SET)
    return zipfile.ZipFile(stream)
