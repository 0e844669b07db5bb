"""Names of uploaded files: what people may read and every system can write, nothing else."""

from __future__ import annotations

import unicodedata

LONGEST = 150
#: Names that Windows keeps for devices, whatever their ending.
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
FORBIDDEN = set('<>:"/\\|?*')


def clean_name(name: str, ending: str = "") -> str:
    """The last part of a path, without control signs, signs that turn text around, or what Windows forbids.

    ending: put behind a name that has lost its own. Never empty.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if sign in FORBIDDEN else sign
        for sign in last
        if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    words = " ".join(kept.split()).rstrip(". ")
    stem, dot, tail = words.rpartition(".")
    if not dot:
        stem, tail = words, ending
    stem = stem.strip(". ") or "file"
    if stem.partition(".")[0].lower() in DEVICES:
        stem = f"_{stem}"
    tail = tail[:10]
    room = LONGEST - len(tail) - 1
    return f"{stem[:room].rstrip('. ')}.{tail}" if tail else stem[:LONGEST]
