"""The pages of the product that links lead to, some of every kind."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

HREF = re.compile(r"""<a\b[^>]*?\bhref="([^"]*)\"""")
FILE = re.compile(r"\.(csv|xlsx|geojson|json|pdf|docx|html|atom|svg)$|/(pdf|docx|html|download|file)/?$")
#: What following a link would end: the session of the test itself.
ENDS_SESSION = ("account_logout",)
#: Answers of a programming interface: text for programs.
PROGRAMS = ("/sta/",)
#: View and names of the query: pages of one kind look alike.
Kind = tuple[str, frozenset[str]]


def is_file(parts: SplitResult) -> bool:
    """Whether the address gives something to take away or for programs, and no page."""
    return bool(FILE.search(parts.path)) or parts.path.startswith(PROGRAMS) or "format=" in parts.query


def kind_of(path: str, query: str) -> Kind | None:
    """View name and names of the query; None for addresses that the product does not have."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return name, frozenset(key for key, _value in parse_qsl(query))


def crawl(page: Page, start: str, more: int = 0) -> Iterator[str]:
    """Open the start page and what links lead to, one page of every view and `more` others; yields each address."""
    host, seen, views, kinds = urlsplit(start).netloc, {start}, set[str](), set[Kind]()
    first, others = [start], list[str]()
    while first or (others and more > 0):
        more -= not first
        address = (first or others).pop(0)
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, f"{address} answers {answer.status}"
        hrefs = HREF.findall(page.content())
        yield address
        for href in hrefs:
            target = urldefrag(urljoin(address, html.unescape(href))).url
            parts = urlsplit(target)
            if target in seen or parts.netloc != host or parts.path.startswith("/static/"):
                continue
            seen.add(target)
            kind = kind_of(parts.path, parts.query)
            assert kind, f"{address} links to {target}, which no view answers"
            if kind[0] in ENDS_SESSION or is_file(parts):
                continue
            if kind[0] not in views:
                first.append(target)
            elif kind not in kinds:
                others.append(target)
            views.add(kind[0])
            kinds.add(kind)
