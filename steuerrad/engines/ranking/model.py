"""What a simulation assumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from steuerrad.engines.ranking.movement import ASSUMED, Movement, Prior


@dataclass(frozen=True, slots=True)
class Model:
    """How the next edition is thought to come about.

    own "typical": without a change the own city develops like any other; "still": it keeps its present values and
    only the others move; own_sd is then the spread of its total. method_break: whether the next edition is known to
    break with the method (None = not known). level: simulate totals, or every indicator. movement: given instead of
    learned.
    """

    own: Literal["typical", "still"] = "typical"
    own_sd: float = 0.0
    method_break: bool | None = None
    level: Literal["auto", "totals", "indicators"] = "auto"
    prior: Prior = ASSUMED
    movement: Movement | None = None

    def __post_init__(self) -> None:
        if self.own not in ("typical", "still") or self.level not in ("auto", "totals", "indicators"):
            raise ValueError("the model knows no such choice")
        if not (np.isfinite(self.own_sd) and self.own_sd >= 0):
            raise ValueError("the spread of the own total must not be negative")
