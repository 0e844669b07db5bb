"""The documentation keeps up with the program."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from steuerrad.portal.management.commands.write_reference import texts

ROOT = Path(settings.ROOT)
DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)\s#]+)")


@pytest.mark.django_db
def test_generated_pages_are_fresh() -> None:
    stale = [name for name, text in texts().items() if not same(DOCS / "reference" / name, text)]
    assert not stale, "run ./dev docs"


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        if page.name != "LICENSE.md"
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dead


def test_every_decision_has_its_four_parts() -> None:
    for page in sorted((DOCS / "adr").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        for part in ("Status: ", "## Context", "## Decision", "## Consequences"):
            assert part in text, f"{page.name} lacks {part}"


def test_the_readme_shows_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "./dev up" in text
    assert "./dev test" in text


def test_glossary_terms_are_complete() -> None:
    glossary = tomllib.loads((DOCS / "glossary.toml").read_text(encoding="utf-8"))
    assert glossary["term"]
    for term in glossary["term"]:
        assert {"code", "german", "meaning"} <= term.keys(), term
