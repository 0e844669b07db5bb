"""How instants and intervals compare, in one table for all stores (OGC 18-088 leaves it open; see ADR 0017)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from steuerrad.modules.sensors.sta import expressions as e

End = Literal["start", "end"]
Sign = Literal["<", "<=", ">", ">=", "="]
#: For A op B: all of these must hold, each between an end of A and an end of B. An instant has two equal ends.
#: "lt": A is over before B begins. "le": A neither begins nor ends after B. "eq": both ends are the same.
RULES: dict[str, tuple[tuple[End, Sign, End], ...]] = {
    "eq": (("start", "=", "start"), ("end", "=", "end")),
    "lt": (("end", "<", "start"),),
    "le": (("start", "<=", "start"), ("end", "<=", "end")),
    "gt": (("start", ">", "end"),),
    "ge": (("start", ">=", "start"), ("end", ">=", "end")),
}
#: The same relation with the sides exchanged.
TURNED: dict[e.Comparison, e.Comparison] = {
    "eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le",
}  # fmt: skip


def ends(node: e.Moment | e.Period) -> tuple[datetime, datetime]:
    return (node.value, node.value) if isinstance(node, e.Moment) else (node.start, node.end)
