"""The decision paper: one page, accessible, never a number alone, in German and in English."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override

from steuerrad.engines.ranking import prepare
from steuerrad.modules.prioritisation.one_page import pages, shortened
from steuerrad.modules.prioritisation.whatif.paper import (
    Option,
    PaperFacts,
    one_page,
    paper,
)
from steuerrad.modules.prioritisation.whatif.rules import Change, groups_of, own_change
from steuerrad.modules.prioritisation.whatif.tests.stage import FIELDS
from steuerrad.platform.documents.files import FORMATS
from steuerrad.platform.documents.html import html_fragment
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.documents.pdf_check import check_pdf

FIELD = FIELDS["2023"]
GROUPS = groups_of(FIELD, "own")
PREPARED = prepare(FIELD, "own", [FIELDS["2021"], FIELDS["2022"]], draws=2000, seed=3)
KEYS = ("a/services", "a/payment", "a/app", "b/busses", "b/chargers")
NOTE = (
    "Die Verwaltung schlägt vor, die Online-Dienste bis zum Stichtag der nächsten Erhebung auszubauen. Die "
    "Fachbereiche haben die Werte geschätzt; der Personalrat ist einverstanden, die Mittel sind noch nicht bewilligt. "
) * 5


def option(title: str, count: int, likely: float = 90.0) -> Option:
    changes = tuple(
        Change(key, likely - 10, likely, likely + 5, probability=0.7, slack_months=4, delay_months=(0, 2, 8))
        for key in KEYS[:count]
    )
    return Option(
        title, NOTE, 3, changes, PREPARED.outcome(own_change(changes)), "0123456789abcdef" * 4, False
    )


def facts(*options: Option, is_demo: bool = False) -> PaperFacts:
    return PaperFacts(
        title=options[0].title, city="Musterstadt am langen Fluss", edition="Test index 2023", source="Test index",
        groups=GROUPS, now=("51,3", "5"), options=options, author="Dr. Erika Mustermann-Beispiel, Digitalbüro",
        date=dt.date(2026, 11, 22), engine="ranking 1", is_demo=is_demo,
    )  # fmt: skip


ONE = facts(
    option(
        "Online-Dienste, Bezahlen und Ladeinfrastruktur bis zum Stichtag der nächsten Erhebung ausbauen", 5
    )
)
FOUR = facts(
    *(
        option(f"Ausbaustufe {number}: Online-Dienste und Busse gemeinsam voranbringen", number)
        for number in (1, 2, 3, 4)
    ),
    is_demo=True,
)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("found", [ONE, FOUR], ids=["scenario", "comparison"])
def test_the_paper_is_exactly_one_page_and_passes_the_checks(found: PaperFacts, language: str) -> None:
    with override(language):
        document = one_page(found)
    assert document.language == language
    pdf = pdf_bytes(document)
    assert pages(pdf) == 1
    report = check_pdf(pdf)
    assert report.passed, str(report)
    assert pdf == pdf_bytes(document)


@pytest.mark.parametrize("form", ["docx", "html"])
def test_the_paper_is_also_there_to_edit_and_to_read(form: str) -> None:
    content = FORMATS[form].make(one_page(ONE))
    assert content.startswith({"docx": b"PK", "html": b"<!doctype html>"}[form])


def test_no_number_stands_without_its_range() -> None:
    with override("en"):
        text = html_fragment(paper(ONE))
    outcome = ONE.options[0].outcome
    for estimate, decimals in ((outcome.after.score, 1), (outcome.places, 1)):
        low, high = f"{abs(estimate.low):.{decimals}f}", f"{abs(estimate.high):.{decimals}f}"
        assert low in text
        assert high in text
    assert "succeeds with 70" in text


def test_a_demo_paper_says_so_and_a_comparison_names_every_option() -> None:
    with override("en"):
        text = html_fragment(paper(FOUR))
        assert "made up" in text
        assert "made up" not in html_fragment(paper(ONE))
    assert all(f"{letter} – {item.title}" in text for letter, item in zip("ABCD", FOUR.options, strict=True))
    assert "0123456789ab" in text


def test_options_of_the_same_name_are_told_apart() -> None:
    assert facts(option("Same", 1), option("Same", 2)).labels() == ("Same (1)", "Same (2)")


def test_brevity_leaves_out_and_says_so() -> None:
    with override("en"):
        full, short = html_fragment(paper(ONE)), html_fragment(paper(ONE, 3))
    assert len(short) < len(full)
    assert "and 3 more" in short


@pytest.mark.parametrize(
    ("text", "most", "wanted"), [("a b c", 9, "a b c"), ("one two three", 9, "one two …"), ("", 5, "")]
)
def test_text_is_cut_at_a_word(text: str, most: int, wanted: str) -> None:
    assert shortened(text, most) == wanted
