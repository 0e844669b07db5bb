"""Every address asked in other ways than a page asks: other methods, other sites' frames and scripts, wild slices."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from steuerrad.config.urls import api
from steuerrad.platform.accounts.models import User
from tests.test_attacks_addresses import addresses, plain

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("bochum")]
EMBEDDED = "/strategy/embed/"
OPEN = "/sta/"
SLICES = (
    {"offset": "1" + "0" * 18, "limit": "1"}, {"offset": "9" * 30}, {"offset": "-1"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "1" + "0" * 9},
    {"limit": "9" * 5000}, {"offset": ["1", "x"], "limit": ["2", "-2"]}, {"offset": "\u0661", "limit": "\u0662"}, {"offset": "1e3"}, {"limit": "%31"},
    {"unknown": "x", "__proto__": "y", "order": "password", "order_by": "user__password", "sort": "-user__password", "fields": "*"},
    {"q": "\x00"}, {"q": "%00"}, {"q": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")}, {"q": "%' OR 1=1 --"},
)  # fmt: skip


@pytest.fixture
def browsers() -> list[Client]:
    cache.clear()
    boss = Client(raise_request_exception=False)
    boss.force_login(User.objects.get(email="administrator@demo.invalid"))
    return [Client(raise_request_exception=False), boss]


def may_be_read(address: str, answer: Any) -> bool:
    """Pages of other sites read open sensor data, as a visitor; nothing else."""
    given = {
        key.lower(): value
        for key, value in answer.headers.items()
        if key.lower().startswith("access-control-")
    }
    if address.startswith(OPEN):
        return (
            given.get("access-control-allow-origin") == "*"
            and "access-control-allow-credentials" not in given
        )
    return not given


def test_other_methods_other_sites_and_frames(browsers: list[Client]) -> None:
    faults = []
    foreign = {"HTTP_ORIGIN": "https://evil.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST", "HTTP_SEC_FETCH_SITE": "cross-site"}  # fmt: skip
    for route, converters in addresses():
        address = plain(route, converters)
        for number, browser in enumerate(browsers):
            for method in ("head", "options", "trace"):
                answer = getattr(browser, method)(address, **foreign)
                wrong = [
                    answer.status_code >= 500,
                    method == "head" and not answer.streaming and answer.content != b"",
                    method == "trace" and b"evil.example" in b"".join(answer),
                    not may_be_read(address, answer),
                    not address.startswith(EMBEDDED) and answer.get("X-Frame-Options") != "DENY",
                    not address.startswith(EMBEDDED) and "frame-ancestors 'none'" not in answer.get("Content-Security-Policy", "frame-ancestors 'none'"),
                ]  # fmt: skip
                if any(wrong):
                    faults.append((method, address, number, answer.status_code, [i for i, yes in enumerate(wrong) if yes]))  # fmt: skip
    assert not faults


def lists() -> list[str]:
    """Operations of the API that answer slices, and all others without arguments in the path."""
    return sorted(
        path for path, methods in api.get_openapi_schema()["paths"].items() if "get" in methods and "{" not in path
    )  # fmt: skip


@pytest.mark.parametrize("address", lists())
def test_slices_of_the_api(address: str, browsers: list[Client]) -> None:
    named = {
        item["name"]: item for item in api.get_openapi_schema()["paths"][address]["get"].get("parameters", [])
    }
    most = named.get("limit", {}).get("schema", {}).get("maximum")
    if "limit" in named:
        assert most is not None, "a slice as large as anybody wants"
    for browser in browsers:
        for query in SLICES:
            answer: Any = browser.get(address, query)
            assert answer.status_code < 500, query
            told = json.loads(answer.content)
            assert "password" not in str(told).lower() or answer.status_code == 422
            if answer.status_code == 200 and isinstance(told, dict) and {"items", "total"} <= told.keys():
                assert len(told["items"]) <= (most or 10**9)


def test_a_page_of_the_open_data_is_the_same_for_another_site(browsers: list[Client]) -> None:
    """Nothing of a signed-in person reaches a cache that others share."""
    for route, converters in addresses():
        address = plain(route, converters)
        answer = browsers[1].get(address)
        kept = answer.get("Cache-Control", "")
        if "public" in kept:
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            assert b"administrator@demo.invalid" not in body, address
            assert not answer.cookies, address
        elif answer.status_code == 200:
            assert "private" in kept or "no-store" in kept, (address, kept)
    assert settings.SESSION_COOKIE_HTTPONLY
