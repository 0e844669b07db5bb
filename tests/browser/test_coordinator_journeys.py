"""What people with a login do: report, release and correct values, accept findings, import results; and what they may not.

The two window sizes share one running product, so each of them works on objects of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Inspect = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
#: A KPI without values for each width.
EMPTY_KPIS = {375: "ZI-NI-K1.1", 1280: "ZI-NI-K1.3"}
INDEX_FILE = Path(__file__).resolve().parents[2] / "indexes" / "smart_city_index" / "rankings.csv"


@pytest.fixture
def kpi(size: tuple[int, int], product: str) -> str:
    """The address of this width's own KPI."""
    return f"{product}/strategy/kpis/{EMPTY_KPIS[size[0]]}/"


def submit(page: Page) -> None:
    page.locator("main form.ui-form button[type=submit]").click()


def fill_value(page: Page, day: str, value: str) -> None:
    page.fill("main input[name=date]", day)
    page.fill("main input[name=value]", value)
    page.select_option("main select[name=quality]", index=1)
    page.fill("main input[name=source]", "Netzregister der Stadt")


def released_by_another(page: Page, kpi: str, product: str, sign_in: SignIn, inspect: Inspect) -> None:
    """Nobody releases the own: the approver does, and the coordinator comes back."""
    code = kpi.split("/")[-2]
    page.goto(f"{product}/strategy/proposals/")
    card = page.locator("article.strategy-proposal", has_text=code)
    assert card.locator("form[action$='/release/']").count() == 0
    page.context.clear_cookies()
    sign_in(page, "approver")
    page.goto(f"{product}/strategy/proposals/")
    inspect(page)
    card.locator("form[action$='/release/'] button").click()
    page.wait_for_load_state()
    expect(card).to_have_count(0)
    inspect(page)
    page.context.clear_cookies()
    sign_in(page, "coordinator")
    page.goto(kpi)


def test_a_value_is_reported_released_and_corrected(
    page: Page, kpi: str, product: str, sign_in: SignIn, inspect: Inspect, problems: list[str]
) -> None:
    sign_in(page, "coordinator")
    page.goto(kpi)
    assert page.locator("main figure.ui-chart").count() == 0
    page.locator("main a[href$='/values/new/']").click()
    page.wait_for_url(re.compile("/values/new/"))
    inspect(page)
    fill_value(page, "2024-12-31", "1.234,5")
    submit(page)
    page.wait_for_url(kpi)
    expect(page.locator("main .strategy-waiting")).to_contain_text("1.234,5")
    assert page.locator("main figure.ui-chart").count() == 0, "it does not count yet"
    inspect(page)
    released_by_another(page, kpi, product, sign_in, inspect)
    chart = page.locator("main figure.ui-chart")
    expect(chart.locator("svg:visible")).to_contain_text("1.234,5")
    chart.locator("summary").click()
    expect(chart.locator("table")).to_contain_text("1.234,5")
    inspect(page)

    page.locator("main a[href$='/correct/']").click()
    page.wait_for_url(re.compile("/correct/"))
    page.fill("main input[name=value]", "1.250,0")
    submit(page)
    summary = page.locator(".ui-form__summary")
    expect(summary).to_be_focused()
    problems[:] = [text for text in problems if "422" not in text]  # the browser logs the status itself
    inspect(page)
    summary.locator("a[href='#id_reason']").click()
    expect(page.locator("#id_reason")).to_be_focused()
    assert page.locator("main input[name=value]").input_value() == "1.250,0"
    page.fill("#id_reason", "Ein Anschluss war doppelt gezählt")
    submit(page)
    page.wait_for_url(lambda url: url.partition("#")[0] == kpi)  # the browser keeps the fragment of the link
    released_by_another(page, kpi, product, sign_in, inspect)
    history = page.locator("main .ui-table--stacked").first
    expect(history.locator(".strategy-superseded")).to_contain_text("1.234,5")
    expect(history).to_contain_text("1.250")
    expect(history).to_contain_text("Ein Anschluss war doppelt gezählt")
    inspect(page)

    page.goto(f"{product}/audit/")
    entry = page.locator("main tbody tr", has_text="Ein Anschluss war doppelt gezählt").filter(
        has_text=kpi.split("/")[-2]
    )
    assert entry.count() == 2, "once reported, once released"
    inspect(page)


def test_an_unclear_number_is_refused(
    page: Page, kpi: str, sign_in: SignIn, inspect: Inspect, problems: list[str]
) -> None:
    sign_in(page, "coordinator")
    page.goto(kpi + "values/new/")
    fill_value(page, "2023-12-31", "zwölf")
    submit(page)
    expect(page.locator(".ui-form__summary")).to_be_focused()
    assert page.locator(".ui-form__summary a[href='#id_value']").count() == 1
    assert page.locator("#id_value").get_attribute("aria-invalid") == "true"
    problems[:] = [text for text in problems if "422" not in text]
    inspect(page)


def test_a_contributor_may_not_record_foreign_values(
    page: Page, product: str, sign_in: SignIn, inspect: Inspect, problems: list[str]
) -> None:
    sign_in(page, "contributor")
    foreign = f"{product}/strategy/kpis/DG-ES-K3/"
    page.goto(foreign)
    assert page.locator("main dl.ui-facts").count() == 1
    assert page.locator("main a[href$='/values/new/']").count() == 0
    answer = page.goto(foreign + "values/new/")
    assert answer
    assert answer.status == 403
    assert page.locator("nav a[href='/strategy/']").count() == 1
    inspect(page)
    token = next(item["value"] for item in page.context.cookies() if item["name"].endswith("csrftoken"))
    posted = page.request.post(
        foreign + "values/new/",
        form={
            "csrfmiddlewaretoken": token,
            "date": "2024-12-31",
            "value": "1",
            "quality": "measured",
            "source": "x",
        },
        headers={"Referer": foreign},
    )
    assert posted.status == 403
    assert "<h1" in posted.text()
    problems[:] = [text for text in problems if "403" not in text]


def test_a_visitor_is_asked_to_sign_in(page: Page, kpi: str, inspect: Inspect) -> None:
    page.goto(kpi + "values/new/")
    assert "/account/login/" in page.url
    inspect(page)


def test_a_finding_is_accepted_with_a_reason(
    page: Page, product: str, size: tuple[int, int], sign_in: SignIn, inspect: Inspect, problems: list[str]
) -> None:
    sign_in(page, "coordinator")
    page.goto(product + "/strategy/audit/")
    inspect(page)
    link = page.locator("main a[href*='/strategy/audit/'][href$='/accept/']").first
    address = str(link.get_attribute("href"))
    finding = "#f-" + address.split("/")[-3][:12]
    link.click()
    page.wait_for_url(product + address)
    submit(page)
    expect(page.locator(".ui-form__summary")).to_be_focused()
    problems[:] = [text for text in problems if "422" not in text]
    inspect(page)
    reason = f"Mit dem Büro des Rats geklärt ({size[0]})"
    page.fill("#id_reason", reason)
    submit(page)
    page.wait_for_url(product + "/strategy/audit/")
    assert page.locator(finding).count() == 0
    page.locator("main a[href='?accepted=only']").click()
    page.wait_for_url(re.compile("accepted=only"))
    expect(page.locator(finding)).to_contain_text(reason)
    inspect(page)
    page.locator(f"{finding} form button").click()
    page.wait_for_url(product + "/strategy/audit/")
    assert page.locator(finding).count() == 1


def excerpt(city: str, score: str, rank: str) -> str:
    """The head of the real file, one real row of it and one typed row."""
    with INDEX_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    real = next(row for row in rows if row[0] == "2019" and row[4] == "Hamburg")
    typed = ["2024", "Gesamtwertung", rank, "", city, score, "https://example.org/ergebnis", "press"]
    return "\r\n".join(",".join(row) for row in (rows[0], real, typed)) + "\r\n"


def upload(page: Page, product: str, name: str, text: str) -> None:
    page.goto(product + "/index/import/")
    page.set_input_files(
        "main input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode("utf-8")}
    )
    submit(page)


def test_a_faulty_file_changes_nothing(
    page: Page, product: str, size: tuple[int, int], sign_in: SignIn, inspect: Inspect
) -> None:
    sign_in(page, "coordinator")
    page.goto(product + "/index/import/")
    inspect(page)
    before = page.locator("main tbody tr").count()
    faulty = (
        excerpt("Atlantis", "50", "81") + "2024,Gesamtwertung,82,,Moers,180.5,https://example.org,press\r\n"
    )
    upload(page, product, f"fehler-{size[0]}.csv", faulty)
    page.wait_for_url(re.compile(r"/index/import/.+"))
    inspect(page)
    shown = page.locator("main").inner_text()
    assert "Atlantis" in shown
    assert "180.5" in shown or "180,5" in shown
    for line, column in ((3, "city"), (4, "score")):
        assert re.search(rf"\b{line}\b[^\n]*{column}", shown), shown
    page.goto(product + "/index/import/")
    assert page.locator("main tbody tr").count() == before
    page.goto(product + "/index/2024/")
    assert "180" not in page.locator("main .ui-table-region").last.inner_text()


def test_a_good_file_is_imported_after_a_look(
    page: Page, product: str, size: tuple[int, int], sign_in: SignIn, inspect: Inspect
) -> None:
    city, rank = {375: ("Moers", "79"), 1280: ("Salzgitter", "78")}[size[0]]
    sign_in(page, "coordinator")
    upload(page, product, f"gut-{size[0]}.csv", excerpt(city, "40.1", rank))
    page.wait_for_url(re.compile(r"/index/import/.+"))
    inspect(page)
    page.locator("main form.ui-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/index/import/$"))
    expect(page.locator("main tbody")).to_contain_text(f"gut-{size[0]}.csv")
    inspect(page)
    page.goto(f"{product}/index/2024/")
    row = page.locator("main .ui-table tbody tr", has_text=city).first
    expect(row).to_contain_text(rank)
