"""The German interface is complete: every text has a translation with the same placeholders."""

from __future__ import annotations

import re

import polib
import pytest

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
