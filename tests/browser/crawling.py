"""The pages of the product that links lead to, some of every kind."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

MOST_PAGES = 150
#: Pages of one view with the same names in the query look alike; a few of each are enough.
MOST_ALIKE = 2
HREF = re.compile(r"""<a\b[^>]*?\bhref="([^"]*)\"""")
FILE = re.compile(r"\.(csv|xlsx|geojson|json|pdf|docx|html|atom|svg)$|/(pdf|docx|html|download)/?$")
#: What following a link would end: the session of the test itself.
ENDS_SESSION = ("account_logout",)
#: Answers of a programming interface: text for programs.
PROGRAMS = ("/sta/",)
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


def crawl(page: Page, start: str) -> Iterator[str]:
    """Open the start page and what links lead to, at most a few pages of each kind; yields each address."""
    host, waiting, seen, alike = urlsplit(start).netloc, [start], {start}, Counter[Kind]()
    found = 0
    while waiting and found < MOST_PAGES:
        address = waiting.pop(0)
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, f"{address} answers {answer.status}"
        found += 1
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
            alike[kind] += 1
            if alike[kind] <= MOST_ALIKE and kind[0] not in ENDS_SESSION and not is_file(parts):
                waiting.append(target)
