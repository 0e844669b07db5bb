"""What an audit finds, as data that any language can render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from steuerrad.engines.scoring import Interval, shown

Severity = Literal["error", "warning", "note"]
Certainty = Literal["certain", "very likely", "likely", "possible"]
Column = Literal["value", "change", "previous", "name", "previous_name", "text"]
Param = str | int | Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: ``edition`` is the one that the figure speaks of, ``line`` that of the document."""

    edition: int
    category: str
    row: str
    column: Column
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure that a finding rests on. ``source`` is a document, an address, or "computed"."""

    edition: int
    category: str
    row: str
    quantity: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows from other figures: every value from ``low`` to ``high``, most likely printed as ``value``."""

    value: Decimal
    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, nominal: Fraction, interval: Interval, decimals: int) -> Follows:
        """Make it of exact numbers; the ends keep two decimals more than the figure was printed with."""
        return cls(
            shown(nominal, decimals), shown(interval.lo, decimals + 2), shown(interval.hi, decimals + 2)
        )


# Rules whose ``follows`` is one side of a contradiction or what somebody else says, not a correction.
_NOT_REPLACING = frozenset(
    {
        "parts_contradict_score",
        "suspect_part",
        "source_disagrees",
        "total_contradicted",
        "total_outside_ranking",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit found.

    ``rule`` names the check (its message is ``messages.MESSAGES[message_key]``, filled with ``params``).
    ``printed`` is the figure as it stands, None when it is absent. ``follows`` is what the others give,
    None when that is not determined; it is a correction only where ``replaces`` says so. ``basis`` says in one word what the certainty rests on (see
    ``messages.BASES``). ``caused_by`` is the id of the finding that this one is only a consequence of.
    """

    rule: str
    place: Place
    printed: str | None
    follows: Follows | None
    severity: Severity
    certainty: Certainty
    basis: str
    message_key: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param], hash=False)
    evidence: tuple[Evidence, ...] = ()
    caused_by: str | None = None

    @property
    def id(self) -> str:
        """Stable between runs as long as the document and the rule stay the same."""
        place = self.place
        return ":".join((self.rule, str(place.edition), place.category, place.row, place.column))

    @property
    def replaces(self) -> bool:
        """Whether ``follows`` should stand in place of ``printed``.

        False while it is open which side of a contradiction is wrong, or when the printed figure is confirmed
        and something else is wrong; then ``follows`` is only what the other figures of the document give.
        """
        return self.follows is not None and self.rule not in _NOT_REPLACING

    @property
    def is_primary(self) -> bool:
        return self.caused_by is None

    def as_data(self) -> dict[str, object]:
        """Plain data for JSON: decimals as strings, so that nothing is rounded on the way."""
        return {
            "id": self.id,
            "rule": self.rule,
            "place": {
                "edition": self.place.edition,
                "category": self.place.category,
                "row": self.place.row,
                "column": self.place.column,
                "line": self.place.line,
            },
            "printed": self.printed,
            "follows": None
            if self.follows is None
            else {name: str(getattr(self.follows, name)) for name in ("value", "low", "high")},
            "severity": self.severity,
            "certainty": self.certainty,
            "basis": self.basis,
            "message_key": self.message_key,
            "params": {
                name: str(value) if isinstance(value, Decimal) else value
                for name, value in self.params.items()
            },
            "evidence": [
                {name: getattr(item, name) for name in Evidence.__slots__} for item in self.evidence
            ],
            "replaces": self.replaces,
            "caused_by": self.caused_by,
        }
