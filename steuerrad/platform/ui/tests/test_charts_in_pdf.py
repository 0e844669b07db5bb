"""The same picture goes into the PDF: typst must take every chart without a warning and show its letters."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pikepdf
import pytest
import typst

from steuerrad.platform.ui.charts.draw import draw
from steuerrad.platform.ui.charts.specs import Chart
from steuerrad.platform.ui.charts.wheel import draw_wheel
from steuerrad.platform.ui.specimens import CHARTS, WHEEL


def compile_svg(svg: str, folder: Path) -> tuple[bytes, list[str]]:
    """The PDF of a page with `svg` on it, and the warnings that typst gave."""
    (folder / "chart.svg").write_text(svg, encoding="utf-8")
    source = folder / "page.typ"
    source.write_text(
        '#set text(lang: "de")\n#image("chart.svg", width: 100%, alt: "chart")\n', encoding="utf-8"
    )
    compiler = typst.Compiler(str(source), root=str(folder))
    with warnings.catch_warnings(record=True) as python_warnings:
        warnings.simplefilter("always")
        pdf, found = compiler.compile_with_warnings(format="pdf")
    assert isinstance(pdf, bytes)
    return pdf, [str(w) for w in found] + [str(w.message) for w in python_warnings]


@pytest.mark.parametrize("spec", CHARTS, ids=lambda spec: f"{type(spec).__name__}-{spec.title[:20]}")
def test_typst_takes_every_chart(spec: Chart, tmp_path: Path) -> None:
    pdf, found = compile_svg(draw(spec), tmp_path)
    assert found == []
    assert glyphs_shown(pdf, tmp_path) >= 10


def test_typst_takes_the_wheel(tmp_path: Path) -> None:
    pdf, found = compile_svg(draw_wheel(WHEEL), tmp_path)
    assert found == []
    assert glyphs_shown(pdf, tmp_path) >= 20


def test_a_picture_without_letters_would_be_noticed(tmp_path: Path) -> None:
    pdf, _ = compile_svg(re.sub(r"<text.*?</text>", "", draw_wheel(WHEEL)), tmp_path)
    assert glyphs_shown(pdf, tmp_path) == 0


def glyphs_shown(pdf: bytes, folder: Path) -> int:
    """How many text-showing operators the PDF has, in pages and in the forms that they use."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    count = 0
    with pikepdf.open(path) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                count += _shows(item)
        for page in document.pages:
            count += _shows(page)
    return count


def _shows(content: pikepdf.Object | pikepdf.Page) -> int:
    return sum(
        str(instruction.operator) in ("Tj", "TJ") for instruction in pikepdf.parse_content_stream(content)
    )
