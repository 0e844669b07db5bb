"""Signs that people paste without seeing them, and some that only attackers send: no file and no feed breaks on them."""

from __future__ import annotations

import io
import unicodedata
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import docx
import pikepdf
import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import MeasureOrganisation, StatusReport
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.documents.files import html_page
from steuerrad.platform.documents.model import Column, Document, Figure, Heading, Paragraph, Table, Text
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.documents.word import docx_bytes

SIGNS = {
    "bullets of Word": "\uf0b7 Punkt \uf0e0 weiter \uf0fc",
    "private use": "\ue000\uf123\U000f0001\U0010fffd",
    "no characters": "\ufdd0\ufffe\uffff\U0001fffe",
    "controls": "a\x0b\x0c\x1f\x7f\x85\x9fb",
    "turned": "\u202eevil\u2066\u2069\u200e\u200f",
    "no width": "a\u200b\u200c\u200d\u2060\ufeff\u00adb",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u263a\ufe0f",
    "right to left": "\u05d0\u05d1\u05d2 \u0627\u0644\u0645\u062f\u064a\u0646\u0629",
    "far away": "\u4e2d\u6587 \u0e01\u0e31 \u0915\u094d\u0937 \u1160\u3164",
    "heaped": "Z" + "\u0301\u0323" * 60,
    "long": "Donaudampfschifffahrts" * 40,
    "code": "#sys.version $x^2$ @a `b` *c* _d_ = H <img src=x onerror=alert(1)> {{ 7*7 }} ]]> \\",
    "a formula": "=HYPERLINK(\"http://evil.example\",\"x\") +1 -1 @SUM",
}  # fmt: skip


def document(text: str) -> Document:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 20"><title>T</title><desc>D</desc>'
        '<text x="1" y="9">X<tspan>Y</tspan></text></svg>'
    )
    drawable = "".join(
        sign for sign in text if sign >= " " and unicodedata.category(sign) not in {"Cs", "Cn"}
    )
    drawable = drawable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "TDXY":
        svg = svg.replace(f">{mark}<", f">{drawable}<")
    return Document(
        title=f"T {text}", language="de", subtitle=text, author=text, date=date(2026, 1, 1), meta=((text, text),),
        blocks=(
            Heading(1, f"H {text}"), Paragraph((Text(text),)),
            Table(f"C {text}", (Column(f"A {text}"), Column("B")), ((text, "1"),)),
            Figure(svg, f"alt {text}", f"F {text}"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("name", SIGNS)
def test_documents_of_all_kinds(name: str) -> None:
    """The PDF keeps to PDF/A and PDF/UA, which forbid what has no glyph, also inside pictures."""
    made = document(SIGNS[name])
    with pikepdf.open(io.BytesIO(pdf_bytes(made))) as pdf:
        assert len(pdf.pages) >= 1
    assert docx.Document(io.BytesIO(docx_bytes(made))).tables
    page = html_page(made).decode()
    assert "<img src=x" not in page
    assert page.endswith("</html>\n")


@pytest.mark.django_db
@pytest.mark.usefixtures("musterstadt")
@pytest.mark.parametrize("name", SIGNS)
def test_a_released_report_breaks_no_feed_and_no_page(name: str) -> None:
    """What a contributor pastes into a report is public after its release, in the feed of everybody."""
    lead = MeasureOrganisation.objects.filter(retired=False, measure__retired=False).select_related("measure", "organisation").first()  # fmt: skip
    assert lead
    author = User.objects.create_user("author@city.example")
    Membership.objects.create(user=author, role="contributor", organisation=lead.organisation)
    StatusReport.objects.filter(state="draft").delete()
    writer, boss, visitor = Client(), Client(), Client()
    writer.force_login(author)
    boss.force_login(User.objects.get(email="approver@demo.invalid"))
    page = f"/strategy/measures/{lead.measure.number}/"
    sent = {
        "period_start": clock.today() - timedelta(days=60),
        "period_end": clock.today(),
        "text": SIGNS[name],
    }
    assert writer.post(f"{page}steering/report/new/", sent).status_code == 302
    report = StatusReport.objects.get(state="draft")
    released = boss.post(
        f"{page}reports/{report.pk}/release/", {"version": "1", "published_on": clock.today()}
    )
    assert released.status_code == 302
    report.refresh_from_db()
    assert report.state == "released"
    for address in ("/strategy/feed.atom", f"{page}feed.atom"):
        answer = visitor.get(address)
        assert answer.status_code == 200
        entries = ET.fromstring(answer.content).findall("{http://www.w3.org/2005/Atom}entry")
        assert entries
    for address in (page, f"{page}reports/{report.pk}/", "/strategy/public/news/"):
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert b"<img src=x" not in answer.content
