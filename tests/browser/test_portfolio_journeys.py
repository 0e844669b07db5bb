"""The coordinator steers: sets a milestone, sees it in the timeline, takes the workbook, fills it in, brings it back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

Inspect = Callable[[Page], None]
SignIn = Callable[[Page, str], None]


def test_a_milestone_goes_out_in_the_workbook_and_comes_back_changed(
    page: Page, product: str, size: tuple[int, int], sign_in: SignIn, inspect: Inspect, tmp_path: Path
) -> None:
    width, _height = size
    title, day = f"Abnahme {width}", datetime.now(UTC).date() + timedelta(days=40)
    sign_in(page, "coordinator")
    page.goto(f"{product}/strategy/portfolio/board/")
    inspect(page)
    page.locator(".portfolio-card__title a").first.click()
    page.wait_for_url(re.compile(r"/steering/$"))
    number = page.url.rstrip("/").split("/")[-2]
    page.goto(f"{product}/strategy/measures/{number}/steering/milestone/new/")
    page.fill("input[name=title]", title)
    page.fill("input[name=planned_on]", day.isoformat())
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(title)

    page.goto(f"{product}/strategy/portfolio/timeline/?q={number}")
    inspect(page)
    expect(page.locator(".ui-chart svg:visible")).to_contain_text(title)

    page.goto(f"{product}/strategy/portfolio/files/?q={number}")
    inspect(page)
    with page.expect_download() as started:
        page.locator("a[href*='workbook.xlsx']").click()
    filled = tmp_path / "portfolio.xlsx"
    filled.write_bytes(fill_in(started.value.path().read_bytes(), title, day + timedelta(days=14)))
    page.locator("form[action$='/files/dossier/'] button").click()
    with page.expect_download() as started:
        page.locator("a[href*='/file/']").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")

    page.goto(f"{product}/strategy/portfolio/files/import/")
    inspect(page)
    page.set_input_files("input[name=file]", filled)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f-]{36}/$"))
    inspect(page)
    expect(page.locator("input[name=chosen]:checked")).to_have_count(1)
    expect(page.locator("main ins")).to_have_text((day + timedelta(days=14)).strftime("%d.%m.%Y"))
    page.locator("button[name=do][value=write]").click()
    page.wait_for_url(re.compile(r"/portfolio/due/$"))
    inspect(page)
    expect(page.locator("main")).to_contain_text(title)


def fill_in(content: bytes, title: str, expected: date) -> bytes:
    """The workbook with another expected day of the milestone. The third sheet holds the milestones, whatever its name."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[2]
    (line,) = [row for row in sheet.iter_rows(min_row=2) if any(cell.value == title for cell in row)]
    at = next(cell.column for cell in line if cell.value == title)
    line[at + 1].value = expected  # title, planned, expected now
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
