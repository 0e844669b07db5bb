"""The German interface is complete: every text has a translation with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import polib
import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation.template import templatize

from steuerrad.portal import translations


@pytest.fixture(scope="module")
def german() -> polib.POFile:
    return polib.pofile(str(translations.catalogue_path("de")))


def test_every_text_of_the_source_is_in_the_catalogue(german) -> None:
    known = {(entry.msgid, entry.msgctxt or "") for entry in german}
    missing = [
        f"{item.place}: {item.text}"
        for item in translations.messages()
        if (item.text, item.context) not in known
    ]
    assert not missing, "run ./dev i18n and translate"


def test_every_text_is_translated(german) -> None:
    empty = [entry.msgid for entry in german if not entry.translated()]
    assert not empty


def test_placeholders_survive_the_translation(german) -> None:
    pattern = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    wrong = []
    for entry in german:
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = set(pattern.findall(entry.msgid_plural or entry.msgid)) | set(
                pattern.findall(entry.msgid)
            )
            if text and not set(pattern.findall(text)) <= wanted:
                wrong.append(entry.msgid)
            if text and not entry.msgid_plural and set(pattern.findall(text)) != wanted:
                wrong.append(entry.msgid)
    assert not wrong


def test_texts_of_other_packages_are_still_theirs(german) -> None:
    """They are worded anew because the package says du; when it rewords the original, the entry here is dead."""
    theirs = polib.pofile(str(Path(allauth.__file__).parent / "locale/de/LC_MESSAGES/django.po"))
    known = {entry.msgid for entry in theirs}
    worded_anew = [entry for entry in german if entry.tcomment == translations.FOREIGN]
    assert worded_anew
    assert not [entry.msgid for entry in worded_anew if entry.msgid not in known]


def test_the_reader_is_addressed_formally(german) -> None:
    informal = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?)\b")
    assert not [
        text
        for entry in german
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if informal.search(text)
    ]


TEMPLATE = """{% load i18n %}{% blocktranslate trimmed with a=1 %}
    First {{ a }}
    and 5 % more
{% endblocktranslate %}|{% translate "100 % sure" %}|{% translate "May" context "verb" %}|{% blocktranslate count n=2 %}{{ n }} tree{% plural %}{{ n }} trees{% endblocktranslate %}"""


def test_templates_are_read_as_django_renders_them(monkeypatch) -> None:
    """Every text that a template asks for while it renders is one that extraction finds, with the same context."""
    asked: set[tuple[str, str]] = set()

    def ask(context: str, message: str) -> str:
        asked.add((message, context))
        return message

    for name in ("gettext", "ngettext"):
        monkeypatch.setattr(translation._trans, name, lambda message, *_rest: ask("", message))
    monkeypatch.setattr(translation._trans, "pgettext", ask)
    with translation.override("de"):
        rendered = Template(TEMPLATE).render(Context())
    found = {
        (text, context)
        for _line, text, _plural, context in translations.template_calls(templatize(TEMPLATE, origin="here"))
    }
    assert "First 1 and 5 % more|100 % sure|May|" in rendered
    assert asked == found
