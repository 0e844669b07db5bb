from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.platform.egress.calling import CallError, call, header_lines, may_call
from steuerrad.platform.egress.doors import RefusedError, destination, door, is_public, open_addresses
from steuerrad.platform.egress.sealing import UnsealError, seal, unseal


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, _, rest = self.path.removeprefix("/").partition("/")
        self.server.seen.append(dict(self.headers))  # type: ignore[attr-defined]
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", rest if "//" in rest else f"/{rest}")
            self.end_headers()
            return
        self.send_response(500 if kind == "fault" else 200)
        if kind == "bomb":
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(b"0" * 50_000_000)
        else:
            body = b"hello"
        if kind not in ("endless", "drip"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if kind == "endless":
                while True:
                    self.wfile.write(b"x" * 65_536)
            if kind == "drip":
                while True:
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.seen = []  # type: ignore[attr-defined]
    made.daemon_threads = True
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def base(server: Any, settings: Any) -> str:
    port = server.server_address[1]
    settings.EGRESS_HOSTS = [f"private:127.0.0.1:{port}"]
    return f"http://127.0.0.1:{port}"


def test_an_answer_comes_whole_with_its_status(base: str, tmp_path: Any) -> None:
    answer = call("GET", f"{base}/fine")
    assert (answer.status, answer.body) == (200, b"hello")
    assert call("GET", f"{base}/fault").status == 500
    into = tmp_path / "body"
    answer = call("GET", f"{base}/redirect/fine", to=into)
    assert (answer.body, answer.size, into.read_bytes()) == (b"", 5, b"hello")


@pytest.mark.parametrize("path", ["endless", "bomb"])
def test_too_much_is_cut_off_also_when_packed(base: str, path: str) -> None:
    with pytest.raises(CallError, match="more than 1 MB"):
        call("GET", f"{base}/{path}", most_bytes=1024**2)


def test_a_slow_drip_ends_with_its_time(base: str) -> None:
    before = time.monotonic()
    with pytest.raises(CallError, match="no answer within"):
        call("GET", f"{base}/drip", timeout_s=0.5)
    assert time.monotonic() - before < 5


def test_a_server_that_never_answers(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.EGRESS_HOSTS = [f"private:127.0.0.1:{port}"]
        with pytest.raises(CallError, match="no answer within"):
            call("GET", f"http://127.0.0.1:{port}/", timeout_s=0.3)


def test_a_redirect_must_be_allowed_too_and_carries_no_secret(base: str, server: Any, settings: Any) -> None:
    with pytest.raises(RefusedError, match="not among the hosts"):
        call("GET", f"{base}/redirect/http://127.0.0.1:1/")
    with pytest.raises(RefusedError, match="only http"):
        call("GET", f"{base}/redirect/file:///etc/passwd")
    port = server.server_address[1]
    settings.EGRESS_HOSTS.append(f"private:localhost:{port}")
    server.seen.clear()
    call(
        "GET",
        f"{base}/redirect/http://localhost:{port}/fine",
        headers={"X-Key": "secret", "Accept": "text/csv"},
    )
    first, second = server.seen
    assert first["x-key"] == "secret"
    assert "x-key" not in second
    assert second["accept"] == "text/csv"


def test_a_name_of_the_own_machine_needs_the_word_private(server: Any, settings: Any) -> None:
    port = server.server_address[1]
    settings.EGRESS_HOSTS = [f"localhost:{port}"]
    with pytest.raises(RefusedError, match="own machine"):
        call("GET", f"http://localhost:{port}/fine")
    with pytest.raises(RefusedError):
        call("POST", "https://localhost/hook", body=b"{}", anywhere=True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "http://user:pw@a.example/", "http://other.example/", "http://a.example:81/", "http://",
        "http://a.example.evil.example/", "http://a.example/ x", "gopher://a.example", "//a.example", "http://[::1/",
        "http://a.example:99999/", "http://xa.example/", "http://a.example\\@b.example/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_called(url: str) -> None:
    with pytest.raises(RefusedError):
        destination(url, [door("a.example"), door("*.b.example")])


def test_addresses_that_are(settings: Any) -> None:
    doors = [door("a.example"), door("*.b.example:8080")]
    assert destination("http://A.example./x?y=1", doors).path == "/x?y=1"
    assert destination("https://c.b.example:8080", doors).port == 8080
    assert destination("https://z.example", [], anywhere=True).host == "z.example"
    settings.EGRESS_HOSTS = ["a.example"]
    assert may_call("https://a.example/") == ""
    assert may_call("https://b.example/")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0",
     "2002:7f00:1::", "64:ff9b::7f00:1", "224.0.0.1", "100.64.0.1", "2001:0:1:1:1:1:80ff:fffe"],
)  # fmt: skip
def test_numbers_of_the_own_network(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(RefusedError):
        open_addresses(["93.184.216.34", address], private=False)


@given(st.ip_addresses(v=4))
def test_a_private_number_stays_private_inside_of_ipv6(address: Any) -> None:
    if not address.is_global:
        assert not is_public(f"::ffff:{address}")


def test_headers_are_read_by_line_and_faults_do_not_show_them() -> None:
    assert header_lines(["Authorization: Bearer a:b"]) == {"Authorization": "Bearer a:b"}
    for bad in ["no colon secret", "A: x\r\nB: secret", "Host: a", "Ä: secret"]:
        with pytest.raises(ValueError, match="line 1") as caught:
            header_lines([bad])
        assert "secret" not in str(caught.value)


def test_sealed_text_opens_with_its_key_only(settings: Any) -> None:
    sealed = seal("geheim")
    assert "geheim" not in sealed
    assert unseal(sealed) == "geheim"
    assert seal("") == unseal("") == ""
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(UnsealError):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert unseal(sealed) == "geheim"
