"""What the climate puts on the home page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel.contributions import Card
from steuerrad.modules.climate.queries import Station, stations
from steuerrad.modules.climate.subjects import SUBJECTS, Subject
from steuerrad.modules.climate.words import number, when

SHOWN = 3
SAME = timedelta(hours=1)


def climate_card(user: Any) -> Mapping[str, Any]:
    """The middle of the latest values of the first subjects; never simulated and real ones in one figure."""
    found = stations(user)
    real = [one for one in found if not one.simulated and not one.apart]
    told = real or found
    figures = [
        figure
        for subject in SUBJECTS
        if subject.map and subject.comparable and (figure := middle(subject, told))
    ]
    return {"count": len(found), "items_shown": figures[:SHOWN]}


def middle(subject: Subject, found: list[Station]) -> Mapping[str, Any] | None:
    """Median over the stations of the fresh values that are not doubtful.

    Where none is fresh, of the old ones that were read within an hour of the newest: others tell of another day.
    """
    pairs = [(one, series[0]) for one in found if (series := one.of(subject)) and series[0].latest]
    fresh = [pair for pair in pairs if pair[1].latest and pair[1].latest.fit]
    if not pairs:
        return None
    last = max(series.latest.at for _one, series in fresh or pairs if series.latest)
    used = fresh or [pair for pair in pairs if pair[1].latest and last - pair[1].latest.at <= SAME]
    values = sorted(series.latest.value for _one, series in used if series.latest)
    half = len(values) // 2
    value = values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
    text = _("median of %(count)s stations, latest %(when)s") % {"count": len(used), "when": when(last)}
    return {
        "title": subject.title, "value": number(value, subject.decimals, used[0][1].unit or subject.unit),
        "text": text if fresh else _("old: %(text)s") % {"text": text}, "old": not fresh,
        "simulated": used[0][0].simulated,
    }  # fmt: skip


CARDS = (
    Card("climate.now", gettext_lazy("City climate"), "climate/_card.html", climate_card, order=60,
         styles=("climate/climate.css",)),
)  # fmt: skip
