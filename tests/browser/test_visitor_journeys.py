"""What a visitor does: read the strategy, search, switch the language, follow the index, take data home."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Inspect = Callable[[Page], None]


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


def focused(page: Page, attribute: str) -> str:
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute) or ""


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element that fits the selector has the focus."""
    for _step in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} was not reached with {most} Tab presses")


def test_from_the_wheel_to_a_kpi_and_back_by_keyboard(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product)
    inspect(page)
    tab_to(page, "[data-ui-wheel] a")
    assert focused(page, "data-ring") == "theme"
    page.keyboard.press("ArrowDown")
    assert focused(page, "data-ring") == "field"
    first = focused(page, "href")
    page.keyboard.press("ArrowRight")
    field = focused(page, "href")
    assert field != first
    assert field.startswith("/strategy/fields/")
    page.keyboard.press("Enter")
    page.wait_for_url(product + field)
    inspect(page)
    tab_to(page, "main a[href^='/strategy/measures/']:not([href*='?'])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/strategy/measures/[A-Z]"))
    measure = path_of(page)
    inspect(page)
    tab_to(page, "main a[href^='/strategy/kpis/']:not([href*='?'])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/strategy/kpis/[A-Z]"))
    inspect(page)
    page.locator(f"main a[href='{measure}']").first.click()
    page.wait_for_url(product + measure)
    page.locator(f".ui-breadcrumbs a[href='{field}']").click()
    page.wait_for_url(product + field)
    page.locator(".ui-breadcrumbs a[href='/']").click()
    page.wait_for_url(product + "/")


def test_the_wheel_is_one_tab_stop(page: Page, product: str) -> None:
    page.goto(product)
    tab_to(page, "[data-ui-wheel] a")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.matches('[data-ui-wheel] a')")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.matches('[data-ui-wheel] a')")


def test_the_wheel_as_a_list_leads_to_every_field(page: Page, product: str) -> None:
    page.goto(product)
    listed = page.locator(".ui-wheel__list a[href^='/strategy/fields/']")
    drawn = page.locator("[data-ui-wheel]:visible a[data-ring=field]")
    assert listed.count() == drawn.count() == 15
    assert page.locator(".ui-wheel__list a[href^='/strategy/themes/']").count() == 5
    addresses = {str(item.get_attribute("href")) for item in listed.all()}
    assert addresses == {str(item.get_attribute("href")) for item in drawn.all()}
    listed.first.click()
    page.wait_for_url(re.compile("/strategy/fields/"))


def test_from_the_wheel_to_a_kpi_without_javascript(page_without_javascript: Page, product: str) -> None:
    page = page_without_javascript
    page.goto(product)
    page.locator("[data-ui-wheel]:visible a[data-ring=field]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/strategy/fields/"))
    page.locator("main a[href^='/strategy/measures/']:not([href*='?'])").first.click()
    page.wait_for_url(re.compile(r"/strategy/measures/[A-Z]"))
    page.locator("main a[href^='/strategy/kpis/']:not([href*='?'])").first.click()
    page.wait_for_url(re.compile(r"/strategy/kpis/[A-Z]"))
    assert page.locator(".ui-breadcrumbs a").count() >= 2


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Mobilität", "/strategy/"),
        ("mobilitaet", "/strategy/"),
        ("ZI-NI-5", "/strategy/measures/ZI-NI-5/"),
    ],
)
def test_search_finds(page: Page, product: str, inspect: Inspect, typed: str, wanted: str) -> None:
    page.goto(product + "/search/")
    box = page.locator("main input[name=q]")
    box.fill(typed)
    box.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    hits = page.locator(".portal-hit a")
    assert hits.count() > 0
    assert page.locator(f".portal-hit a[href^='{wanted}']").count() > 0
    inspect(page)
    hits.first.click()
    page.wait_for_url(lambda url: "/search/" not in url)
    inspect(page)


def test_umlauts_may_be_typed_in_two_letters(page: Page, product: str) -> None:
    found = []
    for typed in ("Mobilität", "mobilitaet"):
        page.goto(f"{product}/search/?q={typed}")
        found.append([item.get_attribute("href") for item in page.locator(".portal-hit a").all()])
    assert found[0] == found[1] != []


def test_search_without_hits_says_so(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product + "/search/?q=Zeppelinhangar")
    assert page.locator(".portal-hit").count() == 0
    assert page.locator(".ui-empty").is_visible()
    inspect(page)


@pytest.mark.parametrize(
    "path", ["/strategy/measures/?theme=ZI&page=1", "/index/compare/?city=bochum&city2=koeln"]
)
def test_language_switch_stays_on_the_page(page: Page, product: str, inspect: Inspect, path: str) -> None:
    page.goto(product + path)
    german = page.locator("h1").inner_text()
    for language in ("en", "de"):
        open_menu(page)
        page.locator(f".ui-languages button[value={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert path_of(page) == path
        inspect(page)
    assert page.locator("h1").inner_text() == german


def open_menu(page: Page) -> None:
    """On a phone the language and the account lie behind the menu button."""
    toggle = page.locator("[data-ui-menu]")
    if toggle.is_visible():
        toggle.click()


def test_from_the_index_to_the_error_in_the_memo(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product + "/index/")
    inspect(page)
    page.locator("main a[href='/index/2020/']").first.click()
    page.wait_for_url(product + "/index/2020/")
    inspect(page)
    page.locator("main table a[href^='/index/cities/bochum/']").first.click()
    page.wait_for_url(re.compile("/index/cities/bochum/"))
    inspect(page)
    page.goto(product + "/index/2020/")
    page.locator("main a[href^='/index/2020/audit/']").first.click()
    page.wait_for_url(re.compile("/index/2020/audit/"))
    finding = page.locator(".index-finding--error", has_text="Geodatenportal").first
    text = finding.inner_text().replace("−", "-")
    assert "-27,5" in text
    assert "-37,5" in text
    inspect(page)


def test_three_cities_are_compared(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product + "/index/compare/")
    page.select_option("select[name=edition]", "2020")
    page.select_option("select[name=city]", "bochum")
    page.select_option("select[name=city2]", "dortmund")
    page.select_option("select[name=city3]", "hamburg")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("city3=hamburg"))
    table = page.locator("main section > .ui-table-region table").first
    for name in ("Bochum", "Dortmund", "Hamburg"):
        expect(table).to_contain_text(name)
    inspect(page)


def test_a_table_is_taken_home_in_three_formats(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product + "/data/")
    inspect(page)
    page.locator("main a[href='/data/strategy.measures/']").first.click()
    page.wait_for_url(re.compile("/data/strategy.measures/"))
    inspect(page)
    content = {}
    for kind in ("csv", "xlsx", "json"):
        with page.expect_download() as started:
            page.locator(f"main a[href$='.{kind}']").first.click()
        assert started.value.suggested_filename.endswith(f".{kind}")
        content[kind] = started.value.path().read_bytes()
    rows = list(csv.reader(io.StringIO(content["csv"].decode("utf-8-sig"))))
    assert len(rows) == 104
    assert len(json.loads(content["json"])) >= 1
    assert content["xlsx"].startswith(b"PK")


def test_an_unknown_address_has_a_page_of_its_own(
    page: Page, product: str, inspect: Inspect, problems: list[str]
) -> None:
    answer = page.goto(product + "/strategy/measures/ZI-NI-999/")
    assert answer
    assert answer.status == 404
    assert page.locator("nav a[href='/strategy/']").count() == 1
    inspect(page)
    problems[:] = [text for text in problems if "404" not in text]  # the browser logs the status itself
