"""Paper, dark screens and forced colours: the same content must stay readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

MEASURE = "/strategy/measures/ZI-NI-5/"
INDEX = "/index/2020/"
#: The colours of the text and of the page in one number each, by the formula of WCAG 2.1.
CONTRAST = """() => {
  const rgb = (name) => getComputedStyle(document.body)[name].match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  return [light(rgb("color")), light(rgb("backgroundColor"))];
}"""


@pytest.mark.parametrize("path", ["/", MEASURE, INDEX])
def test_paper_shows_the_content_and_no_controls(page: Page, product: str, path: str) -> None:
    page.goto(product + path)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for selector in (".ui-nav", ".ui-search", ".ui-languages", ".ui-menu-toggle", ".ui-skip"):
        assert not page.locator(selector).first.is_visible(), selector
    text, ground = page.evaluate(CONTRAST)
    assert ground > 0.9, "paper is white"
    assert text < 0.1


def test_the_printed_wheel_is_the_large_one_with_its_list(page: Page, product: str) -> None:
    page.goto(product)
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 with the margins of a browser
    page.emulate_media(media="print")
    drawn = page.locator("[data-ui-wheel]:visible svg")
    assert drawn.count() == 1
    box = drawn.bounding_box()
    assert box
    assert box["width"] <= 718
    assert page.locator(".ui-wheel__list").is_visible()


def test_printing_opens_the_tables_of_charts(page: Page, product: str) -> None:
    page.goto(product + INDEX)
    table = page.locator("figure[data-ui-chart] table").first
    assert not table.is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert table.is_visible()


@pytest.mark.parametrize("path", ["/", MEASURE, INDEX, "/account/login/", "/strategy/audit/"])
def test_dark_screens_pass_axe(page: Page, product: str, axe: Callable[[Page], list[str]], path: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(product + path)
    text, ground = page.evaluate(CONTRAST)
    assert ground < text, "the page did not turn dark"
    assert axe(page) == []


@pytest.mark.parametrize("path", ["/", INDEX])
def test_forced_colours_keep_the_focus_visible(page: Page, product: str, path: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(product + path)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement).{}"
    assert page.evaluate(style.format("outlineStyle")) != "none"
    assert float(page.evaluate(style.format("outlineWidth")).removesuffix("px")) >= 2
