"""The functions of $filter (OGC 18-088, table 21 and 22) with the number of their arguments and what they give."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: What an expression gives. "any": known only when a row is looked at (JSON properties, results).
Type = Literal[
    "text",
    "number",
    "truth",
    "moment",
    "period",
    "date",
    "time",
    "duration",
    "geometry",
    "any",
    "null",
    "id",
]


@dataclass(frozen=True)
class Function:
    """A function: types of its arguments in order (the last ones may be missing) and of its answer."""

    name: str
    arguments: tuple[Type, ...]
    gives: Type
    least: int


def _of(name: str, arguments: str, gives: Type, least: int | None = None) -> Function:
    types: tuple[Type, ...] = tuple(arguments.split())  # type: ignore[assignment]
    return Function(name, types, gives, len(types) if least is None else least)


SPATIAL = ("equals", "disjoint", "touches", "within", "overlaps", "crosses", "intersects", "contains")
FUNCTIONS: MappingProxyType[str, Function] = MappingProxyType(
    {
        item.name: item
        for item in (
            _of("substringof", "text text", "truth"),
            _of("contains", "text text", "truth"),
            _of("endswith", "text text", "truth"),
            _of("startswith", "text text", "truth"),
            _of("length", "text", "number"),
            _of("indexof", "text text", "number"),
            _of("substring", "text number number", "text", 2),
            _of("tolower", "text", "text"),
            _of("toupper", "text", "text"),
            _of("trim", "text", "text"),
            _of("concat", "text text", "text"),
            *(
                _of(name, "moment", "number")
                for name in ("year", "month", "day", "hour", "minute", "second", "fractionalseconds")
            ),
            _of("date", "moment", "date"),
            _of("time", "moment", "time"),
            _of("totaloffsetminutes", "moment", "number"),
            _of("now", "", "moment"),
            _of("mindatetime", "", "moment"),
            _of("maxdatetime", "", "moment"),
            _of("round", "number", "number"),
            _of("floor", "number", "number"),
            _of("ceiling", "number", "number"),
            _of("geo.distance", "geometry geometry", "number"),
            _of("geo.length", "geometry", "number"),
            _of("geo.intersects", "geometry geometry", "truth"),
            *(_of(f"st_{name}", "geometry geometry", "truth") for name in SPATIAL),
            _of("st_relate", "geometry geometry text", "truth"),
        )
    }
)
