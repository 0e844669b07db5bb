"""Search over everything that the registry's sources offer: all words must match, umlauts and case do not matter."""

from __future__ import annotations

import unicodedata
from typing import Any

from steuerrad.kernel.contributions import SearchHit
from steuerrad.kernel.registry import Registry, registry

LONGEST = 200


def fold(text: str) -> str:
    """Text as it is compared: lower case, ä = ae = a, ß = ss."""
    spelt = text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(sign))


def score(hit: SearchHit, words: list[str]) -> int:
    """0 unless every word occurs; a code counts most, then the title, its beginning, then the text."""
    code, title, text = fold(hit.code), fold(hit.title), fold(hit.text)
    total = 0
    for word in words:
        if word == code:
            total += 100
        elif code.startswith(word):
            total += 40
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
    hits = [(score(hit, words), hit) for item in source.all("search") for hit in item.documents(user)]
    return [
        hit
        for points, hit in sorted(hits, key=lambda pair: (-pair[0], pair[1].code, pair[1].title))
        if points
    ]
