"""What the strategy puts on the home page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.strategy.charts import wheel_spec
from steuerrad.modules.strategy.queries.measures import needing_attention, stale_count
from steuerrad.modules.strategy.queries.overview import figures
from steuerrad.modules.strategy.queries.structure import wheel

ATTENTION_SHOWN = 6


def wheel_card(user: Any) -> Mapping[str, Any]:
    themes = wheel()
    return {"figures": figures(themes), "wheel": wheel_spec(themes)}


def attention_card(user: Any) -> Mapping[str, Any]:
    found = needing_attention()
    late = sum(flag.why == "late" for flag in found)
    stale, newest = stale_count()
    return {
        "flags": found[:ATTENTION_SHOWN], "late": late, "not_started": len(found) - late,
        "stale": stale, "newest": newest,
    }  # fmt: skip


STYLES = ("strategy/strategy.css",)

CARDS = (
    Card("strategy.wheel", _("Strategy"), "strategy/_wheel_card.html", wheel_card, order=10, styles=STYLES),
    Card(
        "strategy.attention", _("What needs attention"), "strategy/_attention_card.html", attention_card,
        order=20, styles=STYLES,
    ),
)  # fmt: skip
