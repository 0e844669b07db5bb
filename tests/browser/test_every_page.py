"""Every kind of page that links lead to, as visitor and as coordinator: narrow windows, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import BrowserContext, Page

from tests.browser.crawling import crawl


def beyond(page: Page) -> int:
    return page.evaluate("document.scrollingElement.scrollWidth - innerWidth")


def test_every_page_fits_a_narrow_window_and_passes_axe(
    narrow: BrowserContext, product: str, axe: Callable[[Page], list[str]], problems: list[str]
) -> None:
    page = narrow.new_page()
    faults: list[str] = []
    checked: set[str] = set()
    count = 0
    for address in crawl(page, product + "/", more=30):
        count += 1
        if beyond(page) > 0:
            faults.append(f"{address}: {beyond(page)} pixels too wide")
        if not re.match(r"\S", page.title()) or page.title().startswith("–"):
            faults.append(f"{address}: no title")
        name = resolve(urlsplit(address).path).view_name
        if name not in checked:
            checked.add(name)
            faults += [f"{address}: {violation}" for violation in axe(page)]
    assert count > 40, "the crawl found fewer pages than there are kinds of them"
    assert not faults, "\n".join(faults)
    assert problems == []
