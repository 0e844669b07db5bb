"""What citizens do: read where the city stands, follow a theme, take a chart to a page of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Inspect = Callable[[Page], None]


def test_from_the_overview_to_a_figure(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(product)
    page.goto(f"{product}/strategy/public/")
    inspect(page)
    expect(page.locator("#short + ul li").first).to_contain_text(re.compile(r"\d"))
    page.locator("main .ui-card--link a").first.click()
    page.wait_for_url(re.compile("/public/themes/"))
    inspect(page)
    expect(page.locator("main article.strategy-told").first).to_be_visible()
    page.locator("section[aria-labelledby=figures] h3 a").first.click()
    page.wait_for_url(re.compile("/strategy/kpis/"))
    expect(page.locator("main .strategy-plain")).to_contain_text(re.compile(r"\d"))
    page.locator("details.strategy-embed summary").click()
    inspect(page)


def test_a_chart_stands_on_a_page_of_others(page: Page, product: str, inspect: Inspect) -> None:
    """The copied line works in a page that is not ours; an ordinary page refuses the frame."""
    page.goto(f"{product}/strategy/public/themes/ZI/")
    page.locator("section[aria-labelledby=figures] h3 a").first.click()
    page.wait_for_url(re.compile("/strategy/kpis/"))
    page.locator("details.strategy-embed summary").click()
    line = page.locator("#kpi-frame").input_value()
    assert line.startswith(f'<iframe src="{product}/strategy/embed/')
    outside = f"{product}/outside.html"
    body = f"<!doctype html><title>x</title>{line}"
    page.route(outside, lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(outside)
    frame = page.frame_locator("iframe")
    expect(frame.locator("figure.ui-chart svg:visible")).to_have_count(1)
    expect(frame.locator("a[target=_blank]")).to_have_count(1)


def test_the_embedded_page_itself(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(f"{product}/strategy/embed/wheel/")
    inspect(page)


def test_the_news_and_their_feed(page: Page, product: str, inspect: Inspect) -> None:
    page.goto(f"{product}/strategy/public/news/")
    inspect(page)
    feed = page.locator("link[rel=alternate]").get_attribute("href")
    answer = page.request.get(f"{product}{feed}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "<entry>" in answer.text()
