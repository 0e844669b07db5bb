from html.parser import HTMLParser

import pytest

from steuerrad.platform.documents.html import html_fragment
from steuerrad.platform.documents.model import Document, tables

VOID = {"hr", "br", "rect", "stop"}


class Page(HTMLParser):
    """Collects tags and checks that they close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "hr":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_structure(memo: Document) -> None:
    page = Page(html_fragment(memo))
    assert len(page.all("h1")) == 1
    assert len(page.all("h2")) == 1 + 5 + 1
    assert len(page.all("table")) == len(page.all("caption")) == len(list(tables(memo)))
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))
    assert sum(th["scope"] == "row" for th in page.all("th")) == sum(len(t.rows) for t in tables(memo))
    assert len(page.all("figure")) == len(page.all("figcaption")) == len(page.all("svg")) == 8
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
    assert page.all("article")[0]["lang"] == "de"
    assert page.all("time")[0]["datetime"] == "2020-10-01"


def test_every_inner_link_has_its_place_and_ids_are_unique(memo: Document) -> None:
    page = Page(html_fragment(memo))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = [a["href"] for a in page.all("a") if str(a["href"]).startswith("#")]
    assert len(inner) > 15
    assert {str(href)[1:] for href in inner} <= set(ids)


@pytest.mark.parametrize("fixture", ["memo", "hostile"])
def test_nothing_for_the_content_policy_to_block(fixture: str, request: pytest.FixtureRequest) -> None:
    page = Page(html_fragment(request.getfixturevalue(fixture)))
    for tag, attributes in page.tags:
        assert tag not in ("script", "style", "link", "iframe", "object", "x")
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert str(attributes.get("href", "#")).startswith(("#", "https://", "mailto:"))


def test_hostile_text_is_escaped(hostile: Document) -> None:
    html = html_fragment(hostile)
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html
    assert "<script" not in html


def test_the_title_may_be_left_to_the_page(memo: Document) -> None:
    page = Page(html_fragment(memo, top=0))
    assert len(page.all("h1")) == 7
    deep = Page(html_fragment(memo, top=3))
    assert len(deep.all("h3")) == 1
    assert len(deep.all("h5")) == 5
