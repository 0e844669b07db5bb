"""Every kind of page that links lead to, as visitor and as coordinator, without JavaScript."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import NARROW, new_context
from tests.browser.crawling import crawl


def test_every_page_works_without_javascript(
    browser: Browser, narrow: BrowserContext, product: str, problems: list[str]
) -> None:
    bare = new_context(browser, NARROW, problems, java_script_enabled=False)
    bare.add_cookies(narrow.cookies())  # type: ignore[arg-type]
    page = bare.new_page()
    faults = []
    for address in crawl(page, product + "/", more=15):
        faults += [f"{address}: {fault}" for fault in faults_without_scripts(page)]
    bare.close()
    assert not faults, "\n".join(faults)
    assert problems == []


def faults_without_scripts(page: Page) -> list[str]:
    """What a reader without JavaScript could not reach or send."""
    faults = []
    if not page.locator("h1").is_visible():
        faults.append("the heading is not visible")
    if not page.locator("header nav a").first.is_visible():
        faults.append("the navigation is not visible")
    # one question to the browser for all forms: a page has hundreds, and each question is a way of its own
    bare = page.locator("form:not(:has(button[type=submit], input[type=submit]))")
    for action in bare.evaluate_all("forms => forms.map(form => form.getAttribute('action'))"):
        faults.append(f"a form without a button to send it: {action}")
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
