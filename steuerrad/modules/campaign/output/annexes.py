"""Evidence as pages: PDFs appended, pictures set on a page of their own, both stamped and bookmarked.

Foreign PDFs bring only pages: actions, scripts, forms and attached files in them are left behind.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, OutlineItem, Rectangle
from PIL import Image, ImageOps

A4 = (595.276, 841.89)
MARGIN = 42.0
MOST_PAGES = 300  # of one piece of evidence
LARGEST_EDGE = 2400  # pixels of a picture on a page: 300 dpi over the width
COLOURS = {"RGB": "/DeviceRGB", "L": "/DeviceGray"}
ORIENTATION = 0x0112  # tag of EXIF
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})
PDF_TYPE = "application/pdf"
HARMLESS = frozenset({"/Link", "/Text", "/FreeText", "/Highlight", "/Underline", "/Line", "/Square", "/Circle", "/Stamp", "/Ink"})  # fmt: skip
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Piece:
    """One file to take in. open: gives its bytes; title: of its bookmark."""

    number: int
    title: str
    content_type: str
    open: Callable[[], Any]


class NotTakenError(Exception):
    """Why a file does not become pages; the message says it to people."""


def pages_of(piece: Piece) -> pikepdf.Pdf:
    """The file as a PDF of its own. Raises NotTakenError."""
    try:
        with piece.open() as stream:
            content = stream.read()
    except OSError as error:
        raise NotTakenError(_("not taken in: the file cannot be read")) from error
    if piece.content_type == PDF_TYPE:
        return clean_pdf(content)
    if piece.content_type in PICTURES:
        return picture_page(content)
    raise NotTakenError(_("not taken in: only PDF and pictures become pages"))


def clean_pdf(content: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise NotTakenError(_("not taken in: the PDF is protected by a password")) from error
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise NotTakenError(_("not taken in: the PDF is damaged")) from error
    try:
        count = len(pdf.pages)
        if not 0 < count <= MOST_PAGES:
            raise NotTakenError(_("not taken in: the PDF has %(count)d pages") % {"count": count})
        for page in pdf.pages:
            disarm(page)
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError) as error:
        raise NotTakenError(_("not taken in: the PDF is damaged")) from error
    return pdf


def disarm(page: pikepdf.Page) -> None:
    """Leave what can be seen; take away what can act, be filled in, or be opened."""
    for key in ("/AA", "/Tabs", "/StructParents", "/PieceInfo", "/B"):
        if key in page.obj:
            del page.obj[key]
    kept = [annotation for annotation in page.obj.get("/Annots", Array()) if harmless(annotation)]
    for annotation in kept:
        for key in ("/AA", "/StructParent"):
            if key in annotation:
                del annotation[key]
    if "/Annots" in page.obj:
        page.obj.Annots = Array(kept)


def harmless(annotation: Any) -> bool:
    if not isinstance(annotation, Dictionary) or str(annotation.get("/Subtype", "")) not in HARMLESS:
        return False
    action = annotation.get("/A")
    if action is None:
        return "/Dest" not in annotation  # it would lead into a document that is not there any more
    return isinstance(action, Dictionary) and action.get("/S") == Name.URI and "/Next" not in action


def picture_page(content: bytes) -> pikepdf.Pdf:
    """A picture in the middle of an A4 page, as it is meant to stand. Raises NotTakenError."""
    try:
        as_it_is = plain_jpeg(content)
        if as_it_is is None:
            return placed(*redrawn(content))
        return placed(content, *as_it_is)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotTakenError(_("not taken in: the picture is damaged or too large")) from error


def plain_jpeg(content: bytes) -> tuple[tuple[int, int], str] | None:
    """Size and mode of a JPEG that a PDF can hold byte by byte; None for what must be drawn anew. Raises like PIL."""
    with Image.open(io.BytesIO(content)) as picture:
        size, mode = picture.size, picture.mode
        upright = picture.getexif().get(ORIENTATION, 1) == 1
        if picture.format != "JPEG" or mode not in COLOURS or max(size) > LARGEST_EDGE or not upright:
            return None
        picture.draft(mode, (size[0] // 8, size[1] // 8))
        picture.load()  # reads all of it, at an eighth of the size: a torn file shows here
    return size, mode


def redrawn(content: bytes) -> tuple[bytes, tuple[int, int], str]:
    """The picture upright, on white, no larger than a page can show, as JPEG. Raises like PIL."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (LARGEST_EDGE, LARGEST_EDGE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LARGEST_EDGE, LARGEST_EDGE))
        flat = on_white(upright)
        buffer = io.BytesIO()
        flat.save(buffer, "JPEG", quality=85)
    return buffer.getvalue(), flat.size, "RGB"


def placed(jpeg: bytes, size: tuple[int, int], mode: str) -> pikepdf.Pdf:
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=A4)
    drawing = pdf.make_stream(
        jpeg, Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1], BitsPerComponent=8,
        ColorSpace=Name(COLOURS[mode]), Filter=Name.DCTDecode,
    )  # fmt: skip
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=drawing))
    scale = min((A4[0] - 2 * MARGIN) / size[0], (A4[1] - 2 * MARGIN - 30) / size[1], 1.0)
    width, height = size[0] * scale, size[1] * scale
    left, bottom = (A4[0] - width) / 2, (A4[1] - height) / 2
    page.obj.Contents = pdf.make_stream(
        b"q %.2f 0 0 %.2f %.2f %.2f cm /Im0 Do Q" % (width, height, left, bottom)
    )
    return pdf


def on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, which a print would turn black."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
        return ground
    return picture.convert("RGB")


def stamp(text: str, width: float) -> pikepdf.Pdf:
    """A page with one line of small text at its foot, on white, so that it can be read on anything."""
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=(width, 24))
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    page.obj.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    shown = (
        text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    drawing = b"1 1 1 rg 0 0 %.1f 24 re f 0.2 0.22 0.3 rg BT /F1 8 Tf 36 9 Td (%s) Tj ET" % (width, shown)
    page.obj.Contents = pdf.make_stream(drawing)
    return pdf


def add_stamp(page: pikepdf.Page, text: str) -> None:
    box = [float(number) for number in page.trimbox]
    left, bottom, right = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2])
    with stamp(text[:160], right - left) as line:
        page.add_overlay(line.pages[0], Rectangle(left, bottom, right, bottom + 24))


def fates_of(pieces: Iterable[Piece], progress: Progress) -> tuple[dict[int, pikepdf.Pdf], dict[int, str]]:
    """Which files become pages, and in words what becomes of each."""
    taken: dict[int, pikepdf.Pdf] = {}
    fates: dict[int, str] = {}
    for count, piece in enumerate(pieces, 1):
        try:
            taken[piece.number] = pages_of(piece)
            fates[piece.number] = _("appended, pages: %(count)d") % {"count": len(taken[piece.number].pages)}
        except NotTakenError as refusal:
            fates[piece.number] = str(refusal)
        progress(count)
    return taken, fates


def bound(
    main: bytes, titles: dict[int, str], taken: dict[int, pikepdf.Pdf], progress: Progress
) -> tuple[bytes, int, str]:
    """The dossier with its annexes: bytes, number of pages, SHA-256. Page numbers go on after those of `main`."""
    with pikepdf.open(io.BytesIO(main)) as pdf:
        starts: list[tuple[str, int]] = []
        for count, (number, annex) in enumerate(taken.items(), 1):
            first = len(pdf.pages)
            starts.append((titles[number], first))
            pdf.pages.extend(annex.pages)
            for place in range(first, len(pdf.pages)):
                text = _("Page %(page)d · %(title)s") % {"page": place + 1, "title": titles[number]}
                add_stamp(pikepdf.Page(pdf.pages[place]), text)
            progress(count)
        if starts:
            with pdf.open_outline() as outline:
                outline.root.append(bookmark_of(starts))
            claim_nothing(pdf)
        pdf.Root.PageMode = Name.UseOutlines
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        pages = len(pdf.pages)
    content = out.getvalue()
    return content, pages, hashlib.sha256(content).hexdigest()


def bookmark_of(starts: list[tuple[str, int]]) -> OutlineItem:
    parent = OutlineItem(_("Annexes"), starts[0][1])
    parent.children.extend(OutlineItem(title, page) for title, page in starts)
    return parent


def claim_nothing(pdf: pikepdf.Pdf) -> None:
    """With foreign pages the file is neither PDF/UA nor PDF/A; it must not say that it is."""
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        for key in ("pdfuaid:part", "pdfuaid:rev", "pdfaid:part", "pdfaid:conformance"):
            if key in meta:
                del meta[key]
