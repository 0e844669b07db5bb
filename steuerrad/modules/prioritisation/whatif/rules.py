"""What may be changed in a what-if, and what a person asked for. No Django here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from steuerrad.engines.ranking import Field, Model, Move, OwnChange
from steuerrad.modules.prioritisation.whatif.raw_scale import RawScale, raw_scale

Of = Literal["indicator", "group"]
Kind = Literal["value", "gain", "raw"]
Own = Literal["typical", "still"]

# Prefixes of the names under which a page asks for a new value, for points more, for a new raw value, and says in which
# unit (POINTS or RAW_UNIT) it asks.
VALUE, GAIN, RAW, UNIT = "i.", "g.", "r.", "u."
PREFIXES: Mapping[Kind, str] = {"value": VALUE, "gain": GAIN, "raw": RAW}
POINTS, RAW_UNIT = "points", "raw"
SAME = 0.005  # pages show values with two decimals; a smaller difference is no change
MOST_CHANGES = 200
LONGEST_DELAY = 60.0  # months
ENTIRE = 100.0
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}(?:[.,][0-9]{1,6})?", re.ASCII)
_RAW_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,6})?", re.ASCII)
_KEYS = frozenset(
    {"key", "of", "kind", "low", "likely", "high", "probability", "slack_months", "delay_months", "unit"}
)


@dataclass(frozen=True)
class Row:
    """A figure that can be changed: an indicator, or a whole category of which no indicator is known.

    present: the own published value in points, None when it is not published. maximum: most points. changed: its
    method differs from that of the edition before. raw: the quantity behind it, None where its scale is not known.
    """

    key: str
    title: str
    group: str
    of: Of
    present: float | None
    maximum: float
    changed: bool = False
    raw: RawScale | None = None

    @property
    def name(self) -> str:
        """Under which name a page asks for it: a new value where there is one, else points more."""
        return (VALUE if self.present is not None else GAIN) + self.key

    @property
    def headroom(self) -> float:
        """Points to its maximum at most."""
        return self.maximum - (self.present or 0.0)


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    score: float | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Change:
    """A changed figure: low, likely and high of the new value, of the points gained or of the new raw value.

    unit: of a raw value, "" otherwise. See engines.ranking.Move.
    """

    key: str
    low: float
    likely: float
    high: float
    of: Of = "indicator"
    kind: Kind = "value"
    probability: float = 1.0
    slack_months: float | None = None
    delay_months: tuple[float, float, float] = (0.0, 0.0, 0.0)
    unit: str = ""


@dataclass(frozen=True)
class Assumptions:
    """What holds for the whole calculation. method_break: whether the next edition breaks with it, None = not known."""

    own: Own = "typical"
    method_break: bool | None = None

    def model(self) -> Model:
        return Model(own=self.own, method_break=self.method_break)


@dataclass(frozen=True)
class Play:
    """What a visitor asks on the page. chance, spread: percent, for all changes alike."""

    changes: tuple[Change, ...] = ()
    assumptions: Assumptions = Assumptions()
    chance: float = 100.0
    spread: float = 0.0


@dataclass(frozen=True)
class Fault:
    """What is wrong and where. place: name of the entry; values: what the message needs."""

    place: str
    code: str
    values: Mapping[str, Any]


class RefusedInputError(ValueError):
    """The input has faults; nothing was computed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{item.place}: {item.code}" for item in self.faults))


def groups_of(field: Field, own: str) -> tuple[Group, ...]:
    """Everything that the own city can change, by category. Raises ValueError when it is not in the field."""
    if own not in field.cities:
        raise ValueError(f"{own} is not among the cities of {field.key}")
    at = field.cities.index(own)
    found = []
    for number, key in enumerate(field.groups):
        title = field.group_titles[number] if field.group_titles else key
        score = _known(field.group_scores[at, number])
        rows = tuple(
            Row(item.key, item.title, key, "indicator", _known(field.scores[at, place]), item.maximum,
                item.changed, raw_scale(field, at, place))
            for place, item in enumerate(field.indicators) if item.group == number
        )  # fmt: skip
        if not rows:
            changed = bool(field.changed_groups and field.changed_groups[number])
            rows = (Row(key, title, key, "group", score, ENTIRE, changed),)
        found.append(Group(key, title, score, rows))
    return tuple(found)


def _known(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def rows_of(groups: Iterable[Group]) -> dict[tuple[Of, str], Row]:
    return {(row.of, row.key): row for group in groups for row in group.rows}


def read_number(text: str, *, raw: bool = False) -> float | None:
    """12.5 and 12,5; None for anything else. raw: a quantity, which may be large."""
    text = text.strip()
    pattern = _RAW_NUMBER if raw else _NUMBER
    return float(text.replace(",", ".")) if pattern.fullmatch(text) else None


def asks_raw(row: Row, entries: Mapping[str, str]) -> bool:
    """Whether the entries of a page give the row in its raw unit: they say so, or hold a raw value."""
    unit = entries.get(UNIT + row.key, "")
    return row.raw is not None and (unit == RAW_UNIT or (unit == "" and RAW + row.key in entries))


def read_play(entries: Mapping[str, str], groups: Iterable[Group]) -> Play:
    """What the entries of a page ask for; empty ones and unchanged values are no change.

    Raises RefusedInputError with every fault.
    """
    rows = [row for group in groups for row in group.rows]
    in_raw = {row.key for row in rows if asks_raw(row, entries)}
    by_name = {row.name: row for row in rows} | {RAW + row.key: row for row in rows if row.raw is not None}
    faults: list[Fault] = []
    chance = _percent(entries, "chance", 100.0, faults)
    spread = _percent(entries, "spread", 0.0, faults)
    own = _choice(entries, "own", {"": "typical", "typical": "typical", "still": "still"}, faults)
    broken = _choice(entries, "break", {"": None, "yes": True, "no": False}, faults)
    changes = []
    for name, text in entries.items():
        if not name.startswith((VALUE, GAIN, RAW)) or not text.strip():
            continue
        row = by_name.get(name)
        if row is None:
            faults.append(Fault(name[:80], "unknown", {}))
            continue
        if (row.key in in_raw) != name.startswith(RAW):
            continue  # the page has switched the unit; what stood there in the other one is dropped
        ask = _asked_raw if row.key in in_raw else _asked
        change = ask(row, text, chance, spread, faults)
        if change is not None:
            changes.append(change)
    if faults:
        raise RefusedInputError(faults)
    return Play(tuple(changes), Assumptions(own, broken), chance, spread)


def _asked(row: Row, text: str, chance: float, spread: float, faults: list[Fault]) -> Change | None:
    value = read_number(text)
    if value is None:
        faults.append(Fault(row.name, "no_number", {"title": row.title}))
        return None
    low = 0.0 if row.present is not None else -row.maximum
    if not low <= value <= row.maximum:
        faults.append(Fault(row.name, "outside", {"title": row.title, "low": low, "high": row.maximum}))
        return None
    start = row.present or 0.0
    if abs(value - start) < SAME:
        return None
    lowest, highest = _ends(start, value, spread, low, row.maximum)
    kind: Kind = "value" if row.present is not None else "gain"
    return Change(row.key, lowest, value, highest, row.of, kind, chance / 100)


def _asked_raw(row: Row, text: str, chance: float, spread: float, faults: list[Fault]) -> Change | None:
    raw, value = row.raw, read_number(text, raw=True)
    if raw is None or value is None:
        faults.append(Fault(RAW + row.key, "no_number", {"title": row.title}))
        return None
    low, high = raw.bounds
    if not low <= value <= high:
        faults.append(Fault(RAW + row.key, "outside_raw", _raw_limits(row, raw)))
        return None
    if raw.same(value):
        return None
    lowest, highest = _ends(raw.present, value, spread, low, high)
    return Change(row.key, lowest, value, highest, row.of, "raw", chance / 100, unit=raw.unit)


def _ends(start: float, value: float, spread: float, low: float, high: float) -> tuple[float, float]:
    """Lowest and highest when the change may differ by `spread` percent of itself, within low and high."""
    ends = sorted(start + (value - start) * (1 + sign * spread / 100) for sign in (-1, 1))
    return min(max(ends[0], low), high), min(max(ends[1], low), high)


def _raw_limits(row: Row, raw: RawScale) -> dict[str, Any]:
    low, high = raw.bounds
    return {"title": row.title, "low": low, "high": high, "unit": raw.unit}


def _percent(entries: Mapping[str, str], name: str, default: float, faults: list[Fault]) -> float:
    text = entries.get(name, "").strip()
    if not text:
        return default
    value = read_number(text)
    if value is None or not 0 <= value <= 100:
        faults.append(Fault(name, "no_percentage", {}))
        return default
    return value


def _choice(entries: Mapping[str, str], name: str, known: Mapping[str, Any], faults: list[Fault]) -> Any:
    text = entries.get(name, "")
    if text not in known:
        faults.append(Fault(name, "no_choice", {}))
    return known.get(text, known[""])


def check_changes(changes: Iterable[Change], groups: Iterable[Group]) -> list[Fault]:
    """Every fault of changes that were given in full (by a form, a file or the API). Places are changes.N.column."""
    rows = rows_of(groups)
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    number = -1
    for number, item in enumerate(changes):
        if number >= MOST_CHANGES:
            return [*faults, Fault("changes", "too_many", {"most": MOST_CHANGES})]
        place = f"changes.{number}"
        row = rows.get((item.of, item.key))
        if row is None:
            faults.append(Fault(f"{place}.key", "unknown", {"title": item.key[:80]}))
        elif (item.of, item.key) in seen:
            faults.append(Fault(f"{place}.key", "twice", {"title": row.title}))
        else:
            faults += _faults_of(item, row, place)
        seen.add((item.of, item.key))
    return faults


def _faults_of(item: Change, row: Row, place: str) -> list[Fault]:
    figures = (
        item.low,
        item.likely,
        item.high,
        item.probability,
        *item.delay_months,
        item.slack_months or 0.0,
    )
    if not all(math.isfinite(value) for value in figures):
        return [Fault(place, "no_number", {"title": row.title})]
    faults = _range_faults(item, row, place)
    if not item.low <= item.likely <= item.high:
        faults.append(Fault(f"{place}.low", "order", {"title": row.title}))
    if item.kind == "value" and row.present is None:
        faults.append(Fault(f"{place}.kind", "present_unknown", {"title": row.title}))
    if not 0 <= item.probability <= 1:
        faults.append(Fault(f"{place}.probability", "no_probability", {"title": row.title}))
    first, second, third = item.delay_months
    if not 0 <= first <= second <= third <= LONGEST_DELAY or abs(item.slack_months or 0.0) > LONGEST_DELAY:
        faults.append(Fault(f"{place}.delay_months", "delay", {"title": row.title, "most": LONGEST_DELAY}))
    return faults


def _range_faults(item: Change, row: Row, place: str) -> list[Fault]:
    if item.kind == "raw":
        if row.raw is None:
            return [Fault(f"{place}.kind", "raw_unknown", {"title": row.title})]
        low, high = row.raw.bounds
        beyond = item.low < low or item.high > high
        return [Fault(f"{place}.likely", "outside_raw", _raw_limits(row, row.raw))] if beyond else []
    low = 0.0 if item.kind == "value" else -row.maximum
    if low <= item.low and item.high <= row.maximum:
        return []
    return [Fault(f"{place}.likely", "outside", {"title": row.title, "low": low, "high": row.maximum})]


def with_units(changes: Iterable[Change], groups: Iterable[Group]) -> tuple[Change, ...]:
    """The changes, raw ones with the unit that the edition has now: a saved change keeps saying what it meant."""
    rows = rows_of(groups)

    def unit(item: Change) -> str:
        row = rows.get((item.of, item.key))
        return row.raw.unit if item.kind == "raw" and row is not None and row.raw is not None else ""

    return tuple(replace(item, unit=unit(item)) for item in changes)


def own_change(changes: Iterable[Change]) -> OwnChange:
    """The changes as the engine takes them. Raises ValueError for figures that make no sense."""
    return OwnChange(tuple(
        Move(item.key, item.low, item.likely, item.high, item.of, item.kind, "triangular", item.probability,
             item.slack_months, item.delay_months)
        for item in changes
    ))  # fmt: skip


def to_data(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Changes as JSON holds them."""
    return [
        {"key": item.key, "of": item.of, "kind": item.kind, "low": item.low, "likely": item.likely,
         "high": item.high, "probability": item.probability, "slack_months": item.slack_months,
         "delay_months": list(item.delay_months)} | ({"unit": item.unit} if item.unit else {})
        for item in changes
    ]  # fmt: skip


def from_data(data: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Changes from what `to_data` wrote. Raises ValueError for anything else."""
    found = []
    for item in data:
        if set(item) - _KEYS:
            raise ValueError(f"not known: {sorted(set(item) - _KEYS)}")
        delays = [float(value) for value in item.get("delay_months", (0.0, 0.0, 0.0))]
        slack = item.get("slack_months")
        found.append(Change(
            str(item["key"]), float(item["low"]), float(item["likely"]), float(item["high"]), item["of"], item["kind"],
            float(item.get("probability", 1.0)), None if slack is None else float(slack), (delays[0], delays[1], delays[2]),
            str(item.get("unit", "")),
        ))  # fmt: skip
    return tuple(found)
