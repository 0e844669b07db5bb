"""From a slider to a paper: a visitor plays, a coordinator keeps it, and everybody takes it home."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import new_context

Inspect = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
EDITION = "/prioritisation/whatif/city_index.field/2020/"
#: What each window width changes, so that the two do not meet.
FIELDS = {375: "i.administration/city_app", 1280: "i.mobility/multimodalitaet"}
TITLES = {375: "Stadt-App ausbauen", 1280: "Wege verknüpfen"}


@pytest.fixture
def another_page(browser: Browser, size: tuple[int, int], problems: list[str]) -> Callable[[], Page]:
    """`another_page()`: a page of somebody else at another computer."""
    return lambda: new_context(browser, size, problems).new_page()


def move(page: Page, name: str, value: str) -> None:
    """Move a slider and wait until the result has come."""
    slider = page.locator(f".prio-row__entry:has(input[name='{name}']) input[type=range]")
    with page.expect_response(lambda answer: "/result/" in answer.url and answer.status == 200):
        slider.fill(value)


def test_a_slider_is_answered_at_once(
    page: Page, product: str, size: tuple[int, int], inspect: Inspect, problems: list[str]
) -> None:
    name = FIELDS[size[0]]
    page.goto(product + EDITION)
    inspect(page)
    tiles = page.locator(".prio-tiles")
    expect(tiles.locator(".prio-tile")).to_have_count(2)
    move(page, name, "98")
    expect(tiles.locator(".prio-tile")).to_have_count(4)
    field = page.locator(f"input[name='{name}']")
    expect(field).to_have_value("98")
    expect(page.locator(".prio-row--moved")).to_have_count(1)
    inspect(page)
    with page.expect_response(lambda answer: "/result/" in answer.url and answer.status == 400):
        field.fill("500")
    expect(page.locator("#result [role=alert]")).to_be_visible()
    problems[:] = [text for text in problems if "400" not in text]  # the browser logs the status itself
    inspect(page)
    move(page, name, "90")
    page.locator(".prio-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"\?"))
    assert page.url.count("=") == 1, "only what was changed is in the address"
    expect(page.locator(".prio-tile")).to_have_count(4)
    expect(field).to_have_value("90")


def test_the_same_without_javascript(
    page_without_javascript: Page, product: str, size: tuple[int, int]
) -> None:
    page = page_without_javascript
    page.goto(product + EDITION)
    assert page.locator("input[type=range]:visible").count() == 0
    page.fill(f"input[name='{FIELDS[size[0]]}']", "90")
    page.locator(".prio-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"\?"))
    expect(page.locator(".prio-tile")).to_have_count(4)
    expect(page.locator("#result figure table")).to_be_visible()
    page.locator(".prio-tabs a[href$='/targets/']").first.click()
    page.fill("#f-rank", "10")
    page.locator("form:has(#f-rank) button").click()
    page.wait_for_url(re.compile("rank=10"))
    expect(page.locator("main")).to_contain_text("10")


def test_a_scenario_is_kept_released_and_taken_home(
    page: Page,
    another_page: Callable[[], Page],
    product: str,
    size: tuple[int, int],
    sign_in: SignIn,
    inspect: Inspect,
    problems: list[str],
) -> None:
    title = TITLES[size[0]]
    sign_in(page, "coordinator")
    page.goto(product + EDITION)
    move(page, FIELDS[size[0]], "95")
    page.locator("#result a[href*='/scenarios/new/']").click()
    page.wait_for_url(re.compile("/scenarios/new/"))
    inspect(page)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".ui-form__summary")).to_be_focused()
    page.fill("#id_title", title)
    page.fill("#id_c-0-probability", "80")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/scenarios/\d+/$"))
    expect(page.locator("h1")).to_have_text(title)
    inspect(page)
    address = page.url

    visitor = another_page()
    answer = visitor.goto(address)
    assert answer
    assert answer.status == 404
    problems[:] = [text for text in problems if "404" not in text and "422" not in text]

    expect(page.locator("form[action$='/publish/'] button")).to_have_count(0)
    second = another_page()
    sign_in(second, "approver")
    second.goto(address)
    second.locator("form[action$='/publish/'] button").click()
    second.wait_for_url(address)
    answer = visitor.goto(address)
    assert answer
    assert answer.status == 200
    expect(visitor.locator("h1")).to_have_text(title)
    inspect(visitor)
    with visitor.expect_download() as started:
        visitor.locator("main a[href*='paper.pdf'][href*='lang=de']").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")

    page.goto(product + "/prioritisation/scenarios/")
    inspect(page)
    boxes = page.locator("input[name=s]")
    for number in range(2):
        boxes.nth(number).check()
    page.locator("form[action$='/compare/'] button").click()
    page.wait_for_url(re.compile("/compare/"))
    expect(page.locator("main figure.ui-chart")).to_have_count(2)
    inspect(page)
    visitor.context.close()


def test_levers_and_targets_pass_the_checks(page: Page, product: str, inspect: Inspect) -> None:
    for address in ("levers/", "targets/?rank=10", "targets/?total=70"):
        page.goto(product + EDITION + address)
        inspect(page)
    page.goto(product + "/prioritisation/")
    inspect(page)
    page.goto(product + "/")
    expect(page.locator("main a[href*='/prioritisation/']").first).to_be_visible()
