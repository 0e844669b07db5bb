"""Whether a printed figure follows from what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steuerrad.engines.scoring.interval import Interval

Outcome = Literal["reproduced", "contradicted", "not_checkable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one figure.

    ``right`` holds the values that would be right (None when not checkable), ``missing`` what is needed.
    """

    outcome: Outcome
    printed: Interval | None
    right: Interval | None
    missing: tuple[str, ...] = ()


def check_figure(
    printed: Interval | None, implied: Interval | None, missing: tuple[str, ...] = ()
) -> Verdict:
    """Compare what was printed with what follows.

    Both are sets of possible true values: one common value suffices, since rounding may explain the rest.
    A bound from incomplete knowledge (``missing`` not empty) can contradict a figure but not reproduce it.
    """
    if printed is None or implied is None:
        return Verdict("not_checkable", printed, implied, missing)
    if not printed.meets(implied):
        return Verdict("contradicted", printed, implied, missing)
    return Verdict("not_checkable" if missing else "reproduced", printed, implied, missing)
