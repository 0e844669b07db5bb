"""Message catalogues without the gettext tools: a bare machine has none.

Extraction reads Python files with Babel and templates through Django's own templatizer; compiling uses polib.
One catalogue for the whole product, `steuerrad/locale/<language>/LC_MESSAGES/django.po`: a term is translated once.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation import template as django_template

PACKAGE = Path(settings.ROOT) / "steuerrad"
#: Comment of an entry whose text belongs to another package and is worded anew here; extraction keeps it.
FOREIGN = "Text of allauth"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2), "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(
    rf"\b(?P<name>n?p?gettext)\(\s*(?P<texts>{LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


@dataclass(frozen=True)
class Message:
    """A text in the source: where it stands, its plural and context if it has them."""

    text: str
    plural: str
    context: str
    place: str


def catalogue_path(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[Path, str]]:
    """Every Python file and template, templates already turned into something like Python."""
    for path in sorted(PACKAGE.rglob("*")):
        if "tests" in path.parts or "migrations" in path.parts or not path.is_file():
            continue
        if path.suffix == ".py":
            yield path, path.read_text(encoding="utf-8")
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            yield path, django_template.templatize(path.read_text(encoding="utf-8"), origin=str(path))


def messages() -> list[Message]:
    """All texts that want a translation, once each, in the order of the files. Needs Babel (a development package)."""
    found: dict[tuple[str, str], Message] = {}
    for path, text in sources():
        calls = python_calls(text) if path.suffix == ".py" else template_calls(text)
        for line, singular, plural, context in calls:
            if singular:
                place = f"{path.relative_to(PACKAGE.parent)}:{line}"
                found.setdefault((singular, context), Message(singular, plural, context, place))
    return list(found.values())


Call = tuple[int, str, str, str]  # line, singular, plural, context


def python_calls(text: str) -> Iterator[Call]:
    """Calls of the gettext functions in a Python file."""
    from babel.messages.extract import extract

    stream = io.BytesIO(text.encode())
    for line, message, _comments, context in extract(
        "python", stream, KEYWORDS, options={"encoding": "utf-8"}
    ):
        singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        yield line, singular, plural, context or ""


def template_calls(text: str) -> Iterator[Call]:
    """Calls in a templatized template, which is no Python but holds gettext calls with literal texts."""
    for call in TEMPLATE_CALL.finditer(text):
        texts = list(ast.literal_eval(f"({call['texts']},)"))
        context = texts.pop(0) if call["name"] in {"pgettext", "npgettext"} else ""
        plural = texts[1] if call["name"] in {"ngettext", "npgettext"} else ""
        yield text.count("\n", 0, call.start()) + 1, texts[0], plural, context


def update(language: str) -> tuple[int, int]:
    """Bring the catalogue up to date; returns (new, gone). Translations that are still used stay as they are."""
    path = catalogue_path(language)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in old}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = {
        "Project-Id-Version": "Steuerrad",
        "Language": language,
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    new = 0
    for message in messages():
        before = known.pop((message.text, message.context), None)
        new += before is None
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None)
        entry.occurrences = [(message.place.rsplit(":", 1)[0], "")]
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = before.msgstr_plural if before and before.msgstr_plural else {0: "", 1: ""}
        else:
            entry.msgstr = before.msgstr if before else ""
        if PLACEHOLDER.search(message.text):
            entry.flags = ["python-brace-format" if "{" in message.text else "python-format"]
        fresh.append(entry)
    fresh.extend(entry for entry in known.values() if entry.tcomment == FOREIGN)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(path))
    return new, sum(entry.tcomment != FOREIGN for entry in known.values())


def compile_catalogues() -> list[Path]:
    """Write the .mo files that are missing or older than their .po file."""
    written = []
    for source in sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written.append(target)
    return written
