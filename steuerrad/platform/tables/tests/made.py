"""Workbooks for tests, made by hand where openpyxl would not write what a hostile or careless hand does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
#: Styles 0 to 3: plain, a day, a length of time, and a day of an own format.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="dd.mm.yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="46"/><xf numFmtId="170"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Made:
    """A sheet by hand. body: its rows. after: what follows them."""

    title: str
    body: str
    after: str = ""
    state: str = "visible"

    @property
    def xml(self) -> str:
        return f'<worksheet xmlns="{MAIN}"><sheetData>{self.body}</sheetData>{self.after}</worksheet>'


def header(*titles: str) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in titles)
    return f'<row r="1">{cells}</row>'


def raw(
    *sheets: Made, more: Mapping[str, str | bytes] | None = None, properties: str = "", strings: str = ""
) -> bytes:
    """A workbook of these sheets. properties: attributes of workbookPr. strings: its shared texts. more: other parts."""
    listed = "".join(
        f'<sheet name="{sheet.title}" sheetId="{n}" state="{sheet.state}" r:id="s{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    pointers = "".join(
        f'<Relationship Id="s{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr {properties}/><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{pointers}'
        f'<Relationship Id="y" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
        f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }  # fmt: skip
    parts |= {f"xl/worksheets/sheet{n}.xml": sheet.xml for n, sheet in enumerate(sheets, 1)}
    return zipped(parts | dict(more or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook as openpyxl writes it."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def compound(*names: str) -> bytes:
    """A compound file (MS-CFB) of version 3 whose directory, in its second sector, names these streams."""
    head = bytearray(512)
    head[0:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[26:28], head[30:32] = (3).to_bytes(2, "little"), (9).to_bytes(2, "little")
    head[48:52] = (1).to_bytes(4, "little")
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))
    return bytes(head) + b"\xff" * 512 + entries.ljust(1024, b"\0")
