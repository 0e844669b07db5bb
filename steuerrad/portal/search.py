"""Search over everything that the registry's sources offer: all words must match, umlauts and case do not matter."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from steuerrad.kernel.contributions import SearchHit
from steuerrad.kernel.registry import Registry, registry

LONGEST = 200
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Text as it is compared: lower case, ä = ae, é = e, ß = ss. Kept, because the same texts are searched again."""
    spelt = text.lower().translate(SPELT)
    if spelt.isascii():
        return spelt
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(sign))


def score(hit: SearchHit, words: list[str]) -> int:
    """0 unless every word occurs; a code counts most, then the title, its beginning, then the text."""
    code, title, text = fold(hit.code), fold(hit.title), fold(f"{hit.text} {hit.keywords}")
    total = 0
    for word in words:
        if word == code:
            total += 100
        elif code.startswith(word):
            total += 40
        elif len(word) > 2 and word in code:
            total += 30
        elif title.startswith(word) or f" {word}" in title:
            total += 20
        elif word in title:
            total += 10
        elif word in text or word in code:
            total += 3
        else:
            return 0
    return total


def find(query: str, user: Any, *, source: Registry = registry) -> list[SearchHit]:
    """Hits, best first. Empty for an empty query."""
    words = fold(query[:LONGEST]).split()
    if not words:
        return []
    found: list[tuple[int, int, str, str, SearchHit]] = []
    for place, item in enumerate(source.all("search")):  # of equal hits, those of the earlier source first
        for hit in item.documents(user):
            if points := score(hit, words):
                found.append((-points, place, hit.code, hit.title, hit))
    return [hit for *_order, hit in sorted(found, key=lambda entry: entry[:4])]
