"""The memo from draft to print: the coordinator words it, another person releases it, a visitor takes it home.

Released memos are frozen, so each window width writes that of its own edition.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import new_context

Inspect = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
EDITIONS = {375: 2021, 1280: 2020}
WORDS = "Die Stadt hat sich in der Verwaltung verbessert; der Rat wird im Herbst beraten."


@pytest.fixture
def another_page(browser: Browser, size: tuple[int, int], problems: list[str]) -> Callable[[], Page]:
    """`another_page()`: a page of somebody else at another computer."""
    return lambda: new_context(browser, size, problems).new_page()


def test_a_memo_is_worded_released_and_taken_home(
    page: Page,
    another_page: Callable[[], Page],
    product: str,
    size: tuple[int, int],
    sign_in: SignIn,
    inspect: Inspect,
) -> None:
    address = f"{product}/index/memo/bochum/{EDITIONS[size[0]]}/"
    sign_in(page, "coordinator")
    page.goto(address)
    inspect(page)
    page.locator("main form[action$='/begin/'] button").click()
    statements = page.locator("#statements")
    expect(statements).to_be_visible()
    if not statements.locator("textarea").first.is_visible():
        statements.locator("summary").first.click()
    statements.locator("textarea").first.fill(WORDS)
    statements.locator("form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"\?at="))
    expect(page.locator("#at textarea")).to_have_value(WORDS)
    inspect(page)
    assert page.locator("form[action$='/release/']").count() == 0

    visitor = another_page()
    visitor.goto(address)
    assert visitor.locator("main a[href$='.pdf']").count() == 0
    inspect(visitor)

    approver = another_page()
    sign_in(approver, "approver")
    approver.goto(address)
    expect(approver.locator("main")).to_contain_text(WORDS)
    inspect(approver)
    approver.locator("form[action$='/release/'] button").click()
    approver.wait_for_url(address)
    assert approver.locator("form[action$='/release/']").count() == 0

    visitor.goto(address)
    expect(visitor.locator("main")).to_contain_text(WORDS)
    inspect(visitor)
    with visitor.expect_download() as started:
        visitor.locator("main a[href$='.pdf']").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    for somebody in (visitor, approver):
        somebody.context.close()
