"""When two printed names mean the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

_BRACKETS = re.compile(r"\([^)]*\)")
_TOTALS = frozenset({"", "gesamtwertung", "gesamt", "gesamtergebnis", "total"})


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Reduce a name to what counts: "Social-Media-Präsenz" and "Social Media Präsenz" are one indicator.

    Case, hyphens, spaces, punctuation and explanations in brackets do not distinguish names.
    """
    bare = _BRACKETS.sub("", name)
    return "".join(sign for sign in (bare or name).casefold() if sign.isalnum())


@lru_cache(maxsize=1024)
def category_key(category: str | None) -> str:
    """Like ``name_key``; the empty string stands for the total over all categories."""
    key = name_key(category or "")
    return "" if key in _TOTALS else key


def closest_name(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that ``name`` is most likely a misspelling of, or None."""
    by_key = {name_key(candidate): candidate for candidate in candidates}
    found = get_close_matches(name_key(name), by_key, n=1, cutoff=0.85)
    return by_key[found[0]] if found else None
