"""Comparing short German texts by content: words cut to stems, compounds by their shared parts.

No dictionary is needed: a compound such as "Ferienpässe" meets "Ferienpass" by its stem, and
"Telekommunikationsnetz" meets "Netz" because the one ends with the other. Words that stand in many of the compared
texts weigh little (inverse document frequency).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:\*[^\W\d_]+)?|[0-9]+[a-z]+", re.UNICODE)
ENDINGS = ("innen", "ungen", "heiten", "keiten", "ierung", "iert", "ung", "heit", "keit", "ende", "enden", "end", "isch", "lich", "ern", "ere", "er", "en", "em", "es", "e", "n", "s", "t")  # fmt: skip
SHORTEST_STEM, SHORTEST_PART = 4, 5
# Articles, prepositions, and the words of strategies that say nothing about the subject.
SAY_NOTHING = """
    abdeckung als am an and angebot angebote angeboten anteil anteils anzahl art auch auf aus bei besonderen
    besonders bzw city das dem den der deren des dessen die digital digitale digitalen
    digitaler digitales durch durchschnittlich durchschnittliche ein eine einem einen einer eines einwohner
    einwohnerinnen erfolg etc for fuer fur gesamt gesamte ggf grad hohe ihre ihren ihrer im in initiiert
    initiierte initiierten initiiertes insgesamt intelligent intelligente intelligenten intelligenter
    intelligentes ist jahr jahrlich jahrliche kann kommunal kommunale kommunalen konnen massnahme massnahmen
    max menge mind mit mittels monat nach neu neue neuen noch nutzende nutzenden nutzer nutzerinnen nutzung
    oder of per pro projekt projekte projekten quote sein sich sind smart so soll sollen sowie stadt
    stadtgebiet stadtisch stadtische stadtischen stadtverwaltung stadtweit the thema uber ueber umfang und
    unter verschieden via vom von weiter weitere welche welcher welches werden wie wird wurde zu zugriffe
    zum zur
"""
STOP = frozenset(SAY_NOTHING.split())
# Words that mean the same in the papers of cities; the left one is read as the right one.
SAME = {
    "wifi": "wlan", "hotspot": "wlan", "opnv": "offentlich", "cyber": "itsicherheit", "open": "offen",
    "service": "dienst", "services": "dienst", "lighting": "beleuchtung", "tool": "werkzeug",
    "user": "besuch", "resilienz": "anpassung", "klimaresistenz": "klimaanpassung",
    "luftqualitat": "luft", "sitzgelegenheit": "stadtmobel", "website": "portal",
    "geteilt": "sharing", "geteilten": "sharing", "handl": "handel",
}  # fmt: skip


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Lower case, without accents, gender signs and hyphens: "Bürger*innen" → "burgerinnen"."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss"))
    return "".join(char for char in folded if char.isalnum())


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without its ending, as long as four letters remain."""
    known = SAME.get(word, word)
    for _ in range(2):
        for ending in ENDINGS:
            if known.endswith(ending) and len(known) - len(ending) >= SHORTEST_STEM:
                known = known[: -len(ending)]
                break
        else:
            break
    return SAME.get(known, known)


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """The content words of a text as stems, in order, without those that say nothing about the subject."""
    joined = text.replace("IT-Sicherheit", "ITSicherheit").replace("Cyber-Sicherheit", "ITSicherheit")
    words = (plain(match.group()) for match in WORD.finditer(joined))
    return tuple(stem(word) for word in words if len(word) > 2 and word not in STOP)


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How far two stems mean the same, 0 to 1: equal 1, a common beginning or end of five letters in part."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST_STEM:
        return 0.0
    if len(shorter) >= SHORTEST_PART and (longer.startswith(shorter) or longer.endswith(shorter)):
        return 0.6 + 0.4 * len(shorter) / len(longer)
    common = len(parts(one) & parts(other))
    return 0.8 * (common + SHORTEST_PART) / len(longer) if common > 1 else 0.0


@lru_cache(maxsize=8192)
def parts(word: str) -> frozenset[str]:
    """All runs of five letters; two words that share two of them have six letters in common."""
    return frozenset(word[at : at + SHORTEST_PART] for at in range(len(word) - SHORTEST_PART + 1))


def weights(texts: Iterable[Iterable[str]]) -> dict[str, float]:
    """Inverse document frequency of each stem: ln((1 + n) / (1 + df)) + 0.1, n texts, df of them with the stem."""
    documents = [set(text) for text in texts]
    frequency = Counter(word for document in documents for word in document)
    total = len(documents)
    return {word: math.log((1 + total) / (1 + count)) + 0.1 for word, count in frequency.items()}


def similarity(one: str, other: str) -> float:
    """How far two texts have the same content words, 0 to 1 (Jaccard index over stems, in which order ever)."""
    left, right = set(stems(one)), set(stems(other))
    return len(left & right) / len(left | right) if left | right else 0.0
