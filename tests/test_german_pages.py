"""The German interface holds no English: what visitors and administrators read is looked at page by page."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

import polib
import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils.translation.reloader import translation_file_changed

from steuerrad import __version__
from steuerrad.platform.accounts.models import User
from steuerrad.portal import translations

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("bochum")]
PAGES_PER_VIEW = 2
#: Attributes that are read out or shown.
SPOKEN = ("alt", "aria-label", "aria-description", "data-label", "placeholder", "title")
#: Where the walk begins: pages that no link leads to, too.
STARTS = ("/", "/no-such-page/", "/account/login/", "/account/logout/", "/account/password/reset/",
          "/account/password/reset/done/", "/account/password/change/", "/account/email/", "/account/reauthenticate/",
          "/account/inactive/", "/account/signup/")  # fmt: skip
#: Texts of the programming interface, programs and addresses are English on purpose.
FOREIGN = ("/api/", "/admin/", "/static/", "/data/download", "/i18n/")
PLACEHOLDER = re.compile(r"%\(\w+\)[+]?[sd]|\{\w*\}")
#: Words that no German text holds.
INFORMAL = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?)\b")
ENGLISH = re.compile(r"\b(the|of|and|with|which|not|from|are|has|been|your|you|this|that|yes)\b")


#: Bochum's own words that look English.
OWN_WORDS = {
    "Note",
    "Data",
    f"Version {__version__}",
    "Center of Computer Science",
    "International School of IT Security",
}


class Reading(HTMLParser):
    """What is read on a page, and where it leads. Left out: code and what says that it is in another language."""

    VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "rect", "circle", "line", "use"})  # fmt: skip

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.links: set[str] = set()
        self.open: list[tuple[str, bool]] = []
        self.feed(text)

    @property
    def silent(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        foreign = tag != "html" and (values.get("lang") or "de") != "de"
        data = values.get("translate") == "no"
        silent = self.silent or foreign or data or tag in {"script", "style", "code", "pre"}
        if tag not in self.VOID:
            self.open.append((tag, silent))
        if not silent:
            self.texts.update(value for name in SPOKEN if (value := (values.get(name) or "").strip()))
            if tag == "input" and values.get("type") in {"submit", "button"}:
                self.texts.add((values.get("value") or "").strip())
        if tag == "a" and (values.get("href") or "").startswith("/"):
            self.links.add((values["href"] or "").partition("#")[0])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, _silent = self.open.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self.silent:
            self.texts.add(text)


def read(person: str | None) -> dict[str, set[str]]:
    """Text → addresses where it stands, from up to PAGES_PER_VIEW pages of every view that links lead to."""
    browser = Client(headers={"accept-language": "de"})
    if person:
        browser.force_login(User.objects.get(email=person))
    found: dict[str, set[str]] = {}
    views: Counter[str] = Counter()
    todo, seen = [*STARTS], set[str]()
    while todo:
        address = todo.pop(0)
        if address in seen or address.startswith(FOREIGN):
            continue
        seen.add(address)
        view = view_of(address)
        if views[view] >= PAGES_PER_VIEW:
            continue
        views[view] += 1
        response = browser.get(address)
        if "text/html" not in response["Content-Type"]:
            continue
        reading = Reading(response.content.decode())
        for text in reading.texts:
            found.setdefault(text, set()).add(address)
        todo.extend(sorted(reading.links - seen))
    assert sum(views.values()) > 40, "the walk has lost its way"
    return found


def view_of(address: str) -> str:
    """The view's name and which parameters the address sets: one filter more is another page."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        name = "404"
    return f"{name}?{'&'.join(sorted(item.partition('=')[0] for item in parts.query.split('&')))}"


def english_texts() -> tuple[set[str], list[re.Pattern[str]]]:
    """Texts of the source that German words differently, plain ones and those with placeholders."""
    plain, patterns = set(), []
    for entry in polib.pofile(str(translations.catalogue_path("de"))):
        german = {entry.msgstr, *entry.msgstr_plural.values()}
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            if text in german:
                continue
            parts = [re.escape(part) for part in PLACEHOLDER.split(text.replace("%%", "%"))]
            if len(parts) == 1:
                plain.add(text)
            elif sum(map(str.isalpha, "".join(parts))) > 3:
                patterns.append(re.compile(".+?".join(parts)))
    german_words = {entry.msgstr for entry in polib.pofile(str(translations.catalogue_path("de")))}
    return plain - german_words, patterns


@pytest.fixture(autouse=True, scope="module")
def _compiled_catalogue() -> None:
    """Compiles what is newer than its compiled form and makes Django read it again."""
    for path in translations.compile_catalogues():
        translation_file_changed(None, path)


@pytest.mark.parametrize("person", [None, "administrator@demo.invalid"])
def test_no_english_is_left_on_german_pages(person: str | None) -> None:
    found = read(person)
    plain, patterns = english_texts()
    left = [
        f"{text} ({sorted(addresses)[0]})"
        for text, addresses in sorted(found.items())
        if text not in OWN_WORDS
        and (
            text in plain
            or ENGLISH.search(text)
            or INFORMAL.search(text)
            or any(pattern.fullmatch(text) for pattern in patterns)
        )
    ]
    assert not left, "\n".join(left)
