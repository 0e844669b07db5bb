"""The data campaign as people walk it: a contributor on a phone, two editors at once, coordinator and approver.

The demo round is shared by all tests of this session, so each test and window width takes questions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import new_context

Inspect = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
#: Open questions of the demo contributor: by test and width, so that no two share one.
ANSWERED = {375: "Online-Terminvergabe: Gewerbeämter", 1280: "Online-Terminvergabe: Ausländerbehörden"}
CONTESTED = {375: "Digital-Szene: Chaos Computer Club", 1280: "Digital-Szene: Code for Germany"}
#: The one question of theirs that has an answer of last time; both widths take it, one after the other.
TAKEN_OVER = "Emissionsarme Busse"


@pytest.fixture
def another_page(browser: Browser, size: tuple[int, int], problems: list[str]) -> Callable[[], Page]:
    """`another_page()`: a page of somebody else at another computer."""
    return lambda: new_context(browser, size, problems).new_page()


def open_question(page: Page, product: str, title: str) -> None:
    page.goto(f"{product}/campaign/tasks/")
    page.locator(".campaign-task__title", has_text=re.compile(f"^{re.escape(title)}")).first.click()
    expect(page.locator("main form[enctype]")).to_be_visible()


def submit(page: Page, do: str = "submit") -> None:
    page.locator(f"button[name=do][value={do}]").click()


def test_a_contributor_answers_and_the_approver_releases(
    page: Page,
    problems: list[str],
    another_page: Callable[[], Page],
    product: str,
    size: tuple[int, int],
    sign_in: SignIn,
    inspect: Inspect,
) -> None:
    title = ANSWERED[size[0]]
    sign_in(page, "contributor")
    page.goto(f"{product}/campaign/tasks/")
    inspect(page)
    open_question(page, product, title)
    inspect(page)
    submit(page)
    expect(page.locator("#findings .campaign-finding--error").first).to_be_visible()
    inspect(page)
    problems[:] = [text for text in problems if "422" not in text]  # the refusal is what was asked for
    page.locator("#id_value").fill("Drei Stellen, online buchbar")
    page.locator("#id_quality").select_option("measured")
    page.locator("#id_source").fill("Kalender der Ämter")
    page.locator("#id_link").fill("https://example.org/kalender")
    submit(page)
    expect(page.locator("main")).to_contain_text("Drei Stellen, online buchbar")
    inspect(page)
    address = page.url

    checker = another_page()
    sign_in(checker, "coordinator")
    checker.goto(address)
    inspect(checker)
    checker.locator("form[action$='/check/'] button").click()

    approver = another_page()
    sign_in(approver, "approver")
    approver.goto(f"{product}/campaign/review/")
    inspect(approver)
    approver.goto(address)
    approver.locator("form[action$='/release/'] button").click()
    expect(approver.locator(".ui-badge--completed").first).to_be_visible()
    inspect(approver)


def test_last_time_is_taken_over_checked_while_typing_and_kept_as_a_draft(
    page: Page, product: str, sign_in: SignIn, inspect: Inspect
) -> None:
    sign_in(page, "contributor")
    open_question(page, product, TAKEN_OVER)
    before = page.locator(".campaign-answering__beside .campaign-answer strong").inner_text().split()[0]
    page.locator("form[action$='/take-over/'] button").click()
    expect(page.locator("#id_value")).to_have_value(before)
    expect(page.locator(".campaign-hint")).to_be_visible()
    page.locator("#id_value").fill("99")
    expect(page.locator("#findings .campaign-finding--warning input").first).to_be_visible()
    inspect(page)
    page.locator("#id_value").fill("-1")
    expect(page.locator("#findings .campaign-finding--error")).to_be_visible()
    page.locator("#id_value").fill(before)
    expect(page.locator("#findings .campaign-finding")).to_have_count(0)
    submit(page, "draft")
    expect(page.locator("#id_value")).to_have_value(before)
    inspect(page)


def test_the_second_editor_sees_the_first_ones_change(
    page: Page,
    another_page: Callable[[], Page],
    product: str,
    size: tuple[int, int],
    sign_in: SignIn,
    inspect: Inspect,
) -> None:
    title = CONTESTED[size[0]]
    second = another_page()
    for one in (page, second):
        sign_in(one, "contributor")
        open_question(one, product, title)
        one.locator("#id_quality").select_option("estimated")
        one.locator("#id_comment").fill("geschätzt nach Rundruf")
    page.locator("#id_value").fill("Vier Treffen im Jahr")
    submit(page)
    expect(page.locator("main")).to_contain_text("Vier Treffen im Jahr")
    second.locator("#id_value").fill("Fünf Treffen im Jahr")
    submit(second)
    expect(second).to_have_url(re.compile(r"/compare/$"))
    table = second.locator(".campaign-compare")
    expect(table).to_contain_text("Vier Treffen im Jahr")
    expect(table).to_contain_text("Fünf Treffen im Jahr")
    inspect(second)
    submit(second)
    expect(second).to_have_url(re.compile(r"/questions/\d+/$"))
    expect(second.locator("main .campaign-answer")).to_contain_text("Fünf Treffen im Jahr")
    expect(second.locator(".campaign-history")).to_contain_text("Vier Treffen im Jahr")
    inspect(second)


def test_the_coordinator_sees_progress_splits_and_takes_files_away(
    page: Page, product: str, sign_in: SignIn, inspect: Inspect
) -> None:
    sign_in(page, "coordinator")
    page.goto(f"{product}/campaign/")
    inspect(page)
    page.locator(".campaign-rounds a").first.click()
    expect(page.locator(".campaign-figures")).to_be_visible()
    inspect(page)
    home = page.url
    for part in ("questions/", "split/", "change/", "files/", "import/"):
        page.goto(home + part)
        inspect(page)
    page.goto(f"{product}/campaign/new/")
    inspect(page)
    page.goto(f"{home}files/")
    page.locator("form[action$='/dossier/'] button").first.click()
    expect(page.locator("#dossier-state a[href$='/file/']")).to_be_visible(timeout=30_000)
    inspect(page)
    with page.expect_download() as download:
        page.locator("#dossier-state a[href$='/file/']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_a_filled_workbook_comes_back_with_its_differences(
    page: Page, product: str, sign_in: SignIn, inspect: Inspect
) -> None:
    sign_in(page, "contributor")
    page.goto(f"{product}/campaign/tasks/")
    page.locator("a[href$='/files/']").first.click()
    page.locator("a[href$='/import/']").first.click()
    table = (
        "code;value;quality;comment\nsociety/digital_szene;Ein Netzwerk;estimated;geschätzt\nnirgends;1;;\n"
    )
    page.locator("input[type=file]").set_input_files(
        {"name": "voll.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.locator("main form[enctype] button[type=submit]").click()
    expect(page.locator("table")).to_contain_text("Ein Netzwerk")
    expect(page.locator("table")).to_contain_text("nirgends")
    inspect(page)
    page.locator("button[value=drop]").click()
    expect(page.locator("h1")).to_be_visible()
