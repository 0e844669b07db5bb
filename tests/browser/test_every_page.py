"""Every kind of page that links lead to, as visitor and as coordinator: narrow windows, no JavaScript, axe."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import new_context

NARROW = (320, 800)
MOST_PAGES = 150
#: Pages of one view with the same names in the query look alike; a few of each are enough.
MOST_ALIKE = 2
HREF = re.compile(r"""<a\b[^>]*?\bhref="([^"]*)\"""")
FILE = re.compile(r"\.(csv|xlsx|json|pdf|docx|html|atom|svg)$|/(pdf|docx|html|download)/?$")
#: What following a link would end: the session of the test itself.
ENDS_SESSION = ("account_logout",)
Kind = tuple[str, frozenset[str]]


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
            if alike[kind] <= MOST_ALIKE and kind[0] not in ENDS_SESSION and not FILE.search(parts.path):
                waiting.append(target)


@pytest.fixture(params=["visitor", "coordinator"])
def role(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def narrow(
    browser: Browser, problems: list[str], role: str, sign_in: Callable[[Page, str], None]
) -> Iterator[BrowserContext]:
    context = new_context(browser, NARROW, problems)
    if role != "visitor":
        sign_in(context.new_page(), role)
    yield context
    context.close()


def beyond(page: Page) -> int:
    return page.evaluate("document.scrollingElement.scrollWidth - innerWidth")


def test_every_page_fits_a_narrow_window_and_passes_axe(
    narrow: BrowserContext, product: str, axe: Callable[[Page], list[str]], problems: list[str]
) -> None:
    page = narrow.new_page()
    faults: list[str] = []
    checked: set[str] = set()
    count = 0
    for address in crawl(page, product + "/"):
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
    assert faults == []
    assert problems == []


def test_every_page_works_without_javascript(
    browser: Browser, narrow: BrowserContext, product: str, problems: list[str]
) -> None:
    bare = new_context(browser, NARROW, problems, java_script_enabled=False)
    bare.add_cookies(narrow.cookies())  # type: ignore[arg-type]
    page = bare.new_page()
    faults = []
    for address in crawl(page, product + "/"):
        faults += [f"{address}: {fault}" for fault in faults_without_scripts(page)]
    bare.close()
    assert faults == []
    assert problems == []


def faults_without_scripts(page: Page) -> list[str]:
    """What a reader without JavaScript could not reach or send."""
    faults = []
    if not page.locator("h1").is_visible():
        faults.append("the heading is not visible")
    if not page.locator("header nav a").first.is_visible():
        faults.append("the navigation is not visible")
    for form in page.locator("form").all():
        if form.locator("button[type=submit], input[type=submit]").count() == 0:
            faults.append(f"a form without a button to send it: {form.get_attribute('action')}")
    for chart in page.locator("figure[data-ui-chart]").all():
        if not chart.locator("table").is_visible():
            faults.append("a chart whose figures are folded away")
    if (
        page.locator("main form[method=get]").count()
        and not page.locator("main form[method=get] :invalid").count()
    ):
        button = page.locator("main form[method=get] button[type=submit]").first
        if not button.is_visible():  # the browser itself unfolds what is folded away
            page.locator("main details:has(form[method=get]) > summary").first.click()
        with page.expect_navigation():
            button.click()
        if page.locator("h1").count() != 1 or "?" not in page.url:
            faults.append(f"the filter leads to {page.url}")
    return faults


def test_the_filter_narrows_the_list_without_javascript(page_without_javascript: Page, product: str) -> None:
    page = page_without_javascript
    page.goto(product + "/strategy/measures/")
    before = page.locator(".strategy-found").inner_text()
    page.select_option("main select[name=theme]", "ZI")
    page.locator("main form[method=get] button[type=submit]").click()
    after = page.locator(".strategy-found").inner_text()
    assert after != before
    assert "18" in after
