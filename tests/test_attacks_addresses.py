"""Nonsense in addresses and parameters is answered, never with a fault of the server."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter

from steuerrad.platform.accounts.models import User
from tests.support.effort import tries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]

NAMES = (
    "q", "page", "sort", "theme", "field", "status", "period", "organisation", "funding", "state", "kind", "reference",
    "sdg", "severity", "rule", "accepted", "action", "ref", "since", "until", "edition", "city", "city2", "city3",
    "category", "indicator", "version", "next", "year", "size", "show",
)  # fmt: skip
NONSENSE = (
    "", "\x00", "a\x00b", "-1", "0", "9" * 20, "9" * 5000, "-" + "9" * 30, "1e400", "NaN", "٣", "²", "½", "x" * 10_000,
    "wort " * 200, "'", "\"><script>alert(1)</script>", "%", "_", "\\", "\u202e", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "../../etc/passwd", "{{ 7*7 }}", "0001-01-01", "9999-12-31", "10000-01-01", "2020-02-30", "\ufffe", "0x10", "1_000", "+1", " 1 ",
    "%n%s", "1;DROP TABLE x", "--sort", "-number", "-",
)  # fmt: skip
ALWAYS = ("a\x00b", "9" * 20)
PIECES = ("0", "1", "2020", "9" * 18, "9" * 30, "9" * 5000, "a", "-", "x" * 3000, "..", "%00", "%FF", "%2e%2e", "ä", "\u0663",
          "'", "%0d%0aX:1", "<b>", "{{7*7}}", "%5c", "%3f", "%2f")  # fmt: skip
LEFT_OUT = ("admin/", "account/logout")


def routes(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, dict[str, object]]]:
    """(route with <name> for each argument, converters) of every page and API operation."""
    for item in patterns:
        route = prefix + str(item.pattern)
        if route.startswith(LEFT_OUT):
            continue
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, route)
        elif "^" not in route:
            yield route, item.pattern.converters


def addresses() -> list[tuple[str, dict[str, object]]]:
    return sorted(dict(routes(get_resolver().url_patterns)).items())


def plain(route: str, converters: dict[str, object]) -> str:
    """The address with harmless arguments."""
    for name, converter in converters.items():
        word = (
            "2020"
            if isinstance(converter, IntConverter)
            else "bochum"
            if isinstance(converter, SlugConverter)
            else "pdf"
        )
        route = replaced(route, name, word)
    return "/" + route


def replaced(route: str, name: str, word: str) -> str:
    head, _, rest = route.partition(f"{name}>")
    return head[: head.rindex("<")] + word + rest


@pytest.fixture
def browsers() -> list[Client]:
    """A visitor and the administrator."""
    administrator = Client()
    administrator.force_login(User.objects.get(email="administrator@demo.invalid"))
    return [Client(), administrator]


def test_nonsense_in_parameters(browsers: list[Client]) -> None:
    faults, chance = [], random.Random(1)
    for route, converters in addresses():
        address = plain(route, converters)
        values = chance.sample(NONSENSE, min(len(NONSENSE), tries(2)))
        for value in (chance.choice(ALWAYS), *values):
            browser = chance.choice(browsers)
            answer = browser.get(address, dict.fromkeys(NAMES, value))
            if answer.status_code >= 500:
                faults.append((address, value[:30], answer.status_code))
    assert not faults


def test_nonsense_in_addresses(browsers: list[Client]) -> None:
    faults, chance = [], random.Random(2)
    for route, converters in addresses():
        pieces = chance.sample(PIECES, min(len(PIECES), tries(8)))
        for name, piece in itertools.product(converters, pieces):
            others = {key: value for key, value in converters.items() if key != name}
            address = plain(replaced(route, name, piece), others)
            answer = browsers[-1].get(address)
            if answer.status_code >= 500 or "X" in answer.headers:
                faults.append((address[:200], answer.status_code))
    assert not faults
