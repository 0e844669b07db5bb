"""A document as a file: PDF, DOCX or a page of HTML that stands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from steuerrad.platform.documents.html import html_fragment
from steuerrad.platform.documents.model import Document
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.documents.word import docx_bytes

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{article}
</main>
</body>
</html>
"""
LOOK = """
:root { --ui-muted: #505866; --ui-line: #b9c1cc; --ui-line-strong: #505866; --ui-raised: #f3f5f8; --ui-action: #12355b;
  --ui-focus: #12355b; }
body { margin: 0 auto; max-width: 56rem; padding: 2rem 1.25rem; font: 1rem/1.5 "Fira Sans", system-ui, sans-serif;
  color: #1b1f27; background: #fff; }
a { color: #12355b; }
svg { max-width: 100%; height: auto; }
"""


@cache
def _style() -> str:
    sheet = files("steuerrad.platform.documents").joinpath("static/documents/document.css").read_text("utf-8")
    return (LOOK + sheet).replace("</", "<\\/")


def html_page(document: Document) -> bytes:
    """The document as one HTML file that needs no other and runs no script."""
    page = PAGE.format(
        language=escape(document.language), title=escape(document.title), style=_style(),
        article=html_fragment(document),
    )  # fmt: skip
    return page.encode()


@dataclass(frozen=True)
class Format:
    make: Callable[[Document], bytes]
    content_type: str


FORMATS: Mapping[str, Format] = {
    "pdf": Format(pdf_bytes, "application/pdf"),
    "docx": Format(docx_bytes, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "html": Format(html_page, "text/html; charset=utf-8"),
}
