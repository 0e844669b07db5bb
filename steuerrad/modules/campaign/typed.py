"""What a person gives as an answer, as typed; the same from form, API and file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """A link (url) or a stored file (file_id: key of files.StoredFile)."""

    title: str = ""
    url: str = ""
    file_id: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """An answer as typed. value: in German or English notation; quality: one of the six classes.

    waivers: comment by key of the warning that it overrides. carried, live: taken over from last time, or from the
    platform's own computation; kept only while the value still is that one.
    """

    value: str = ""
    comment: str = ""
    source: str = ""
    quality: str = ""
    as_of: date | None = None
    evidence: tuple[EvidenceInput, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict[str, str])
    carried: bool = False
    live: bool = False


def to_data(given: AnswerInput) -> dict[str, Any]:
    """As every database's JSON can hold it: what was typed is not checked yet, and PostgreSQL refuses NUL."""
    return asdict(given) | {
        **{name: _storable(getattr(given, name)) for name in ("value", "comment", "source", "quality")},
        "as_of": given.as_of.isoformat() if given.as_of else None,
        "evidence": [
            {"title": _storable(item.title), "url": _storable(item.url), "file_id": item.file_id}
            for item in given.evidence
        ],
        "waivers": {_storable(key): _storable(text) for key, text in given.waivers.items()},
    }


def _storable(text: str) -> str:
    """Without NUL and without halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def from_data(data: Mapping[str, Any]) -> AnswerInput:
    """The reverse of to_data."""
    day = data.get("as_of")
    return AnswerInput(
        **{
            **data,
            "as_of": date.fromisoformat(day) if day else None,
            "evidence": tuple(EvidenceInput(**item) for item in data.get("evidence", ())),
        }
    )
