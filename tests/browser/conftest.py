"""Browser tests: headless Chromium at the width of a phone and of a desk.

The other side is pytest-django's `live_server` (an empty database of its own for each test) or `product` (the
whole thing as ./dev up serves it, with city data and demo logins, started once; tests share what they write).

A test that takes `page` runs once per size. It fails by itself when the page logs an error, breaks its own
content security policy, or asks another host for anything. `axe(page)` answers the accessibility violations.
On failure a screenshot stays in var/browser/; with STEUERRAD_TRACE=1 also the trace, which takes time in every test.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.support import chromium
from tests.support.product import Running, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "var" / "browser"
TRACE = bool(os.environ.get("STEUERRAD_TRACE"))
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NARROW = (320, 800)
SIZES = {"phone": (375, 812), "desk": (1280, 900)}
# What the law asks of a city's pages (EN 301 549 takes over WCAG 2.1 A and AA), and axe's own good practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
HERE = ("127.0.0.1", "localhost")
# The browser itself finds no other host. To stop requests one by one would cost a detour for each and the cache.
STAY_HERE = f"--host-resolver-rules=MAP * ~NOTFOUND , {' , '.join(f'EXCLUDE {host}' for host in HERE)}"
Logins = dict[str, tuple[str, str]]
REPORTS = pytest.StashKey[dict[str, pytest.TestReport]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder is a browser test, marked or not."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    item.stash.setdefault(REPORTS, {})[report.when] = report
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    program = chromium.find()
    if program is None:
        pytest.fail(
            "No Chromium was found; ./dev test installs one, --without browser leaves these tests out."
        )
    # Playwright keeps an event loop in this thread; Django would refuse its own synchronous work beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*chromium.ARGUMENTS, STAY_HERE])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def filled_data(factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start leaves it: filled once for all workers of a run, copied for each."""
    own = factory.mktemp("product")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return own  # nobody to share with: the start that serves the tests fills it
    shared = factory.getbasetemp().parent / "filled"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            part = shared.with_suffix(".part")
            part.mkdir(exist_ok=True)
            running = Running(free_port(), part)
            try:
                running.wait_for("is up at")
                assert running.stop() == 0
            finally:
                running.kill()
            part.rename(shared)
    return Path(shutil.copytree(shared, own, dirs_exist_ok=True))


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Logins]]:
    running = Running(free_port(), filled_data(tmp_path_factory))
    try:
        running.wait_for("is up at")
        yield running, running.logins()
        assert running.stop() == 0
    finally:
        running.kill()


@pytest.fixture
def product(running_product: tuple[Running, Logins]) -> str:
    """The address of the running product, without a slash at the end."""
    return running_product[0].address


@pytest.fixture
def sign_in(running_product: tuple[Running, Logins]) -> Callable[[Page, str], None]:
    """`sign_in(page, "coordinator")`: sign in to the product with the demo login of a role."""
    running, logins = running_product

    def fill(page: Page, role: str) -> None:
        address, password = logins[role]
        page.goto(running.address + "/account/login/")
        page.fill("input[name=login]", address)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/account/login" not in url)

    return fill


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the window in CSS pixels."""
    return SIZES[request.param]


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the page so far; a test that provokes an error takes it off the list."""
    return []


@pytest.fixture
def context(
    browser: Browser, size: tuple[int, int], problems: list[str], request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A fresh visitor with a German browser: no cookies, own window size."""
    context = new_context(browser, size, problems)
    if TRACE:
        context.tracing.start(screenshots=True, snapshots=True)
    yield context
    _keep_evidence(context, request.node, bool(problems))
    context.close()


@pytest.fixture
def page(context: BrowserContext, problems: list[str]) -> Iterator[Page]:
    """A page that must stay free of errors."""
    yield context.new_page()
    assert not problems, "the page complained:\n" + "\n".join(problems)


@pytest.fixture
def inspect(axe: Callable[[Page], list[str]]) -> Callable[[Page], None]:
    """`inspect(page)`: what every page of a journey must fulfil: one heading, no violation, no sideways scrolling."""

    def check(page: Page) -> None:
        assert page.locator("h1").count() == 1, f"{page.url}: not exactly one h1"
        assert axe(page) == [], page.url
        beyond = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{page.url}: {beyond} pixels wider than the window"

    return check


@pytest.fixture
def page_without_javascript(browser: Browser, size: tuple[int, int], problems: list[str]) -> Iterator[Page]:
    """The same visitor with JavaScript switched off."""
    context = new_context(browser, size, problems, java_script_enabled=False)
    yield context.new_page()
    context.close()
    assert not problems, "the page complained:\n" + "\n".join(problems)


@pytest.fixture(params=["visitor", "coordinator"])
def role(request: pytest.FixtureRequest) -> str:
    """Who looks at every page."""
    return request.param


@pytest.fixture
def narrow(
    browser: Browser, problems: list[str], role: str, sign_in: Callable[[Page, str], None]
) -> Iterator[BrowserContext]:
    """The narrowest window that a page must fit, signed in as `role`."""
    context = new_context(browser, NARROW, problems)
    if role != "visitor":
        sign_in(context.new_page(), role)
    yield context
    context.close()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)`: one text per violation, with rule, help and the elements concerned."""
    if not AXE.exists():
        pytest.fail("axe-core is missing: ./dev test fetches it with the front-end packages.")
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        # Handed to the debugger, not put into a script tag: the page's own policy stays in force.
        page.evaluate(source)
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
        return [_violation(violation) for violation in found["violations"]]

    return check


def new_context(
    browser: Browser, size: tuple[int, int], problems: list[str], *, java_script_enabled: bool = True
) -> BrowserContext:
    """A visitor whose complaints are collected and who reaches this machine only."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="de-DE",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        java_script_enabled=java_script_enabled,
    )
    context.set_default_timeout(15_000)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console, {message.page.url if message.page else '?'}: {message.text}")

    def stay_here(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE:
            problems.append(f"request to another host: {request.url}")

    context.on("console", note)  # violations of the content security policy come this way, too
    context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
    context.on("request", stay_here)
    return context


def _violation(violation: dict[str, Any]) -> str:
    places = [f"  {' '.join(map(str, node['target']))}: {node['html'][:200]}" for node in violation["nodes"]]
    return f"{violation['id']} ({violation['impact']}): {violation['help']}\n" + "\n".join(places)


def _keep_evidence(context: BrowserContext, item: pytest.Item, complained: bool) -> None:
    report = item.stash.get(REPORTS, {}).get("call")
    if not complained and report is not None and report.passed:
        if TRACE:
            context.tracing.stop()
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9]+", "-", item.nodeid).strip("-")
    for number, page in enumerate(context.pages):
        page.screenshot(path=KEPT / f"{name}-{number}.png", full_page=True)
    if TRACE:
        context.tracing.stop(path=KEPT / f"{name}.zip")
