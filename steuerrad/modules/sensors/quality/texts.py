"""Words for tests and flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FLAGS: Mapping[int, Any] = {
    1: _("good"), 2: _("not evaluated"), 3: _("suspect"), 4: _("wrong"), 9: _("missing"),
}  # fmt: skip
TESTS: Mapping[str, Any] = {
    "gross_range": _("out of range"),
    "rate_of_change": _("changes too fast"),
    "spike": _("single outlier"),
    "stuck": _("stands still"),
    "attenuated": _("hardly moves any more"),
    "drift": _("drifts away from its neighbours"),
    "neighbours": _("stands apart from its neighbours for hours"),
    "gap": _("values are missing"),
    "missing": _("sent without a value"),
    "dew_point_above_temperature": _("dew point above the temperature"),
    "wind_above_gust": _("wind stronger than its gusts"),
    "rain_in_dry_air": _("rain in dry air"),
}


def test_title(name: str) -> str:
    return str(TESTS.get(name, name))


def flag_title(flag: int) -> str:
    return str(FLAGS.get(flag, flag))
