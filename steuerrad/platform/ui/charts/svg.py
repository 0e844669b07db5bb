"""Builds SVG as text: elements with escaped attributes, and text measured well enough to wrap it."""

from __future__ import annotations

import math
from html import escape
from typing import Any

FONT = "Fira Sans, Liberation Sans, Arial, sans-serif"
#: Advance widths in 1/1000 em, Fira Sans Regular, rounded up to the wider Liberation Sans where that is wider.
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]/·’ "), frozenset("mwMW%@&–—")
NARROW_EM, LOWER_EM, UPPER_EM, DIGIT_EM, WIDE_EM = 0.31, 0.555, 0.66, 0.56, 0.87
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535))


class Element:
    """One SVG element. Keyword names map to attributes: `class_` to class, `stroke_width` to stroke-width."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, Any], text: str | None = None) -> None:
        self.name, self.attributes, self.text = name, attributes, text
        self.children: list[Element] = []

    def set(self, **attributes: Any) -> Element:
        self.attributes.update(attributes)
        return self

    def add(self, name: str, text: str | None = None, /, **attributes: Any) -> Element:
        """Append a new child and return it."""
        child = Element(name, attributes, text)
        self.children.append(child)
        return child

    def append(self, child: Element) -> Element:
        self.children.append(child)
        return child

    def __str__(self) -> str:
        parts: list[str] = []
        self._write(parts)
        return "".join(parts)

    def _write(self, parts: list[str]) -> None:
        parts.append(f"<{self.name}")
        for key, value in self.attributes.items():
            if value is not None:
                parts.append(f' {_name(key)}="{_value(value)}"')
        if self.text is None and not self.children:
            parts.append("/>")
            return
        parts.append(">")
        if self.text is not None:
            parts.append(escape(clean(self.text), quote=False))
        for child in self.children:
            child._write(parts)
        parts.append(f"</{self.name}>")


class Written(Element):
    """Markup that was written elsewhere, all text in it escaped: for pictures with hundreds of like parts."""

    __slots__ = ()

    def __init__(self, markup: str) -> None:
        super().__init__("", {}, markup)

    def _write(self, parts: list[str]) -> None:
        parts.append(self.text or "")


def escaped(text: str) -> str:
    """Text as it may stand between tags and in an attribute."""
    return escape(clean(text), quote=True)


def element(name: str, text: str | None = None, /, **attributes: Any) -> Element:
    return Element(name, attributes, text)


def clean(text: str) -> str:
    """Without the characters that XML 1.0 does not allow."""
    return text.translate(_CONTROL)


def _name(key: str) -> str:
    if key == "class_":
        return "class"
    if key.startswith(("viewBox", "pattern", "gradient", "markerW", "clipPathU")):
        return key
    return key.replace("_", "-")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    return escape(clean(str(value)), quote=True)


def number(value: float) -> str:
    """A coordinate with at most two places; not-a-number would break a picture, so it is refused."""
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Estimated width in the units of `size`; a little generous, so that wrapped text fits in fallback fonts."""
    em = 0.0
    for sign in text:
        if sign in _NARROW:
            em += NARROW_EM
        elif sign in _WIDE:
            em += WIDE_EM
        elif sign.isdigit():
            em += DIGIT_EM
        elif sign.isupper():
            em += UPPER_EM
        elif sign == "\u00ad":
            continue
        else:
            em += LOWER_EM
    return em * size * (1.06 if bold else 1.0)


def wrap(
    text: str, width: float, size: float, lines: int = 3, bold: bool = False, level: int = 2
) -> list[str]:
    """`text` in at most `lines` lines of `width`; what does not fit ends with an ellipsis.

    level: 0 breaks at spaces and written hyphens only, 1 also at joints of German compounds, 2 anywhere.
    """
    words = _words(clean(text))
    result: list[str] = []
    line, glued = "", True
    while words:
        word, glue = words.pop(0)
        joined = f"{line}{'' if glued else ' '}{word}"
        if text_width(joined, size, bold) <= width:
            line, glued = joined, glue
            continue
        if line:
            result.append(line)
            line, glued = "", True
            words.insert(0, (word, glue))
        else:
            head, tail = _break_word(word, width, size, bold, level)
            result.append(head)
            if tail:
                words.insert(0, (tail, glue))
        if len(result) >= lines:
            break
    rest = bool(words) or (bool(line) and len(result) >= lines)
    if line and len(result) < lines:
        result.append(line)
    if rest and result:
        result[-1] = shorten(result[-1] + "…", width, size, bold)
    return result or [""]


def shorten(text: str, width: float, size: float, bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size, bold) <= width:
        return text
    while len(text) > 1 and text_width(f"{text}…", size, bold) > width:
        text = text[:-1].rstrip("… -")
    return f"{text}…"


def _words(text: str) -> list[tuple[str, bool]]:
    """Pieces that stay whole, each with whether the next one follows without a space."""
    words: list[tuple[str, bool]] = []
    for word in text.split():
        start = 0
        for index, sign in enumerate(word[:-1]):
            if sign in "-/" and index - start >= 3 and len(word) - index > 3:
                words.append((word[start : index + 1], True))
                start = index + 1
        words.append((word[start:], False))
    return words


#: Where German compounds are best broken: after these joints; else before a consonant that a vowel follows.
_JOINTS = (
    "ations",
    "tions",
    "ungs",
    "heits",
    "keits",
    "schafts",
    "täts",
    "infra",
    "klima",
    "zukunfts",
    "ende",
    "folgen",
    "arbeits",
    "stadt",
    "dienst",
    "ressourcen",
    "kompetenz",
    "netz",
    "daten",
    "wissen",
    "erlebnis",
    "gründungs",
    "forschungs",
)
_VOWELS = frozenset("aeiouyäöüAEIOUYÄÖÜ")


def _break_word(word: str, width: float, size: float, bold: bool, level: int) -> tuple[str, str]:
    """A word that is wider than a line: as much as fits, with a hyphen, and the rest."""
    if text_width(word, size, bold) <= width or len(word) < 4:
        return word, ""
    longest = len(word) - 1
    while longest > 2 and text_width(f"{word[:longest]}-", size, bold) > width:
        longest -= 1
    cut = _best_cut(word, min(longest, len(word) - 3) if len(word) > 5 else longest, level)
    if not cut:
        return word, ""
    return f"{word[:cut]}{'' if word[cut - 1] == '-' else '-'}", word[cut:]


def _best_cut(word: str, longest: int, level: int) -> int:
    """The rightmost good place to break at or before `longest`: a joint, then a syllable, then anywhere.

    0 when `level` allows no place.
    """
    if not level:
        return 0
    for cut in range(longest, 3, -1):
        if word[:cut].lower().endswith(_JOINTS):
            return cut
    if level == 1:
        return 0
    for cut in range(longest, max(2, longest // 2), -1):
        consonant, vowel = word[cut] not in _VOWELS, cut + 1 < len(word) and word[cut + 1] in _VOWELS
        if consonant and vowel and word[cut - 1 : cut + 1].lower() not in ("ch", "ck", "ph", "th"):
            return cut
    return max(2, longest)
