"""Words for what published scores tell about the scale of an indicator."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.modules.city_index.queries_scales import IndicatorScale, PlacedScore

OUTCOMES = {
    "possible": gettext_lazy("rank scale possible"),
    "either": gettext_lazy("rank scale or checklist"),
    "contradicted": gettext_lazy("no single rank scale"),
    "not_checkable": gettext_lazy("not checkable"),
}
#: For badges: none of the outcomes is good or bad.
STATES = {"possible": "completed", "either": "idea", "contradicted": "idea", "not_checkable": "unknown"}


def outcome(scale: IndicatorScale) -> str:
    """One of OUTCOMES; "either" where simple fractions fit as well as places, so that the fit says little."""
    if scale.verdict is None:
        return "not_checkable"
    return "either" if scale.verdict.outcome == "possible" and scale.verdict.points else scale.verdict.outcome


def reading(score: PlacedScore, cities: int) -> str:
    """What a printed score could be."""
    if not score.fit.telling:
        return _("end of the scale")
    if score.fit.ranks:
        places = "–".join(str(rank) for rank in dict.fromkeys((score.fit.ranks[0], score.fit.ranks[-1])))
        text = _("place %(places)s of %(cities)d") % {"places": places, "cities": cities}
    else:
        text = _("between two places of %(cities)d") % {"cities": cities}
    if score.fit.points is None:
        return text
    points = _("%(reached)d of %(all)d points") % {
        "reached": score.fit.points[0],
        "all": score.fit.points[1],
    }
    return f"{text}; {points}"
