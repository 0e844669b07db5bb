"""Every page of the main navigation, in the running product: no complaint, no violation, fits the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from steuerrad.kernel.registry import registry

# Names, not paths: addresses are known only when the test runs.
PUBLIC = ["home", "search", "account_login", *(i.url_name for i in registry.navigation() if not i.permission)]


@pytest.mark.parametrize("name", PUBLIC)
def test_page_is_accessible_and_fits_the_window(
    page: Page, product: str, axe: Callable[[Page], list[str]], name: str
) -> None:
    answer = page.goto(product + reverse(name))
    assert answer
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "de"
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("name", PUBLIC)
def test_page_has_its_heading_without_javascript(
    page_without_javascript: Page, product: str, name: str
) -> None:
    page_without_javascript.goto(product + reverse(name))
    assert page_without_javascript.locator("h1").inner_text().strip()


def test_first_tab_stop_skips_to_the_content(page: Page, product: str) -> None:
    page.goto(product)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_coordinator_signs_in(page: Page, product: str, sign_in: Callable[[Page, str], None]) -> None:
    sign_in(page, "coordinator")
    assert page.locator(".ui-account__name").count() == 1
