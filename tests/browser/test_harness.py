"""The browser fixtures themselves: what they must notice, they notice."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

PAGE = b"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Probe</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'self'"></head>
<body><main><h1>Probe</h1>%s</main></body></html>"""
BODIES = {
    "/clean": b"<p>Text</p>",
    "/inline": b"<script>document.title = 'changed'</script>",
    "/elsewhere": b"<img src='http://elsewhere.invalid/picture.png' alt='Bild'>",
    "/number": b"<img src='http://192.0.2.1/picture.png' alt='Bild'>",
    "/nameless": b"<button></button>",
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one page per path; anything else is missing."""

    def do_GET(self) -> None:
        body = BODIES.get(self.path)
        self.send_response(204 if self.path == "/favicon.ico" else 404 if body is None else 200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if body is not None:
            self.wfile.write(PAGE % body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_clean_page_has_no_problem_and_no_violation(
    page: Page, address: str, axe: Callable[[Page], list[str]], size: tuple[int, int]
) -> None:
    page.goto(address + "/clean")
    assert axe(page) == []
    assert page.evaluate("[innerWidth, innerHeight]") == list(size)


def test_inline_script_is_noted_as_a_problem(page: Page, address: str, problems: list[str]) -> None:
    page.goto(address + "/inline")
    assert page.title() == "Probe"
    assert any("Content Security Policy" in problem for problem in problems)
    problems.clear()


@pytest.mark.parametrize(
    ("path", "host"), [("/elsewhere", "elsewhere.invalid"), ("/number", "192.0.2.1")], ids=["name", "number"]
)
def test_request_to_another_host_is_stopped_and_noted(
    page: Page, address: str, problems: list[str], path: str, host: str
) -> None:
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.goto(address + path)
    assert f"request to another host: http://{host}/picture.png" in problems
    assert failures == ["net::ERR_NAME_NOT_RESOLVED"]  # not sent: the browser does not even know the way
    problems.clear()


def test_button_without_a_name_is_a_violation(
    page: Page, address: str, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(address + "/nameless")
    assert [violation for violation in axe(page) if violation.startswith("button-name")]


def test_page_without_javascript_runs_none(page_without_javascript: Page, address: str) -> None:
    page_without_javascript.goto(address + "/clean")
    assert page_without_javascript.locator("h1").inner_text() == "Probe"
