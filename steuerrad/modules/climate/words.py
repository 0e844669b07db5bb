"""What the figures mean, in plain words and by rule: the same figures always give the same sentences."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from steuerrad.modules.climate.figures import AirFigure, RainFigures, SoilFigure
from steuerrad.modules.climate.queries import Latest, Series
from steuerrad.modules.climate.rules.thermal import Days
from steuerrad.platform.observations.vocabulary import properties
from steuerrad.platform.ui.charts import numbers

DAY_TITLES = {
    "hot": gettext_lazy("Hot days (maximum at least 30 °C)"),
    "summer": gettext_lazy("Summer days (maximum at least 25 °C)"),
    "tropical": gettext_lazy("Tropical nights (minimum at least 20 °C from 18 to 06 UTC)"),
    "frost": gettext_lazy("Frost days (minimum below 0 °C)"),
    "ice": gettext_lazy("Ice days (maximum below 0 °C)"),
}
AIR_CLASSES = {
    1: gettext_lazy("very good"), 2: gettext_lazy("good"), 3: gettext_lazy("moderate"),
    4: gettext_lazy("poor"), 5: gettext_lazy("very poor"),
}  # fmt: skip
AIR_STATES = {1: "completed", 2: "completed", 3: "warning", 4: "danger", 5: "danger"}
POLLUTANTS = {"pm10": "PM10", "pm2_5": "PM2,5", "no2": "NO₂", "o3": "O₃"}
RAIN_LEVELS = {
    "none": gettext_lazy("below the warning levels"),
    "marked": gettext_lazy("marked (level 2)"),
    "severe": gettext_lazy("severe weather (level 3)"),
    "extreme": gettext_lazy("extreme severe weather (level 4)"),
}
RAIN_STATES = {"none": "completed", "marked": "warning", "severe": "danger", "extreme": "danger"}
SOIL_STATES = {
    "dry": gettext_lazy("dry: plants suffer"),
    "short": gettext_lazy("water is short"),
    "supplied": gettext_lazy("plants are well supplied"),
    "wet": gettext_lazy("wet"),
    "flooded": gettext_lazy("too wet: roots lack air"),
}
SOIL_BADGES = {
    "dry": "danger",
    "short": "warning",
    "supplied": "completed",
    "wet": "completed",
    "flooded": "warning",
}
SOIL_TYPES = {
    "sand": gettext_lazy("sand"), "loamy_sand": gettext_lazy("loamy sand"), "sandy_loam": gettext_lazy("sandy loam"),
    "loam": gettext_lazy("loam"), "silt_loam": gettext_lazy("silt loam"), "silt": gettext_lazy("silt"),
    "silt_clay_loam": gettext_lazy("silty clay loam"), "silty_clay": gettext_lazy("silty clay"),
    "clay": gettext_lazy("clay"),
}  # fmt: skip
NAMES = {
    "air_temperature": gettext_lazy("Air temperature"), "relative_humidity": gettext_lazy("Relative humidity"),
    "rain_since_year": gettext_lazy("Rain since the beginning of the year"),
    "rain_since_midnight": gettext_lazy("Rain since midnight"), "rain_rate": gettext_lazy("Rain rate"),
    "soil_moisture": gettext_lazy("Soil moisture"), "pm2_5": gettext_lazy("Particulate matter PM2.5"),
    "pm10": gettext_lazy("Particulate matter PM10"), "no2": gettext_lazy("Nitrogen dioxide"),
    "o3": gettext_lazy("Ozone"), "wind_speed": gettext_lazy("Wind speed"), "wind_gust": gettext_lazy("Wind gust"),
    "water_level": gettext_lazy("Water level above sea level"), "water_temperature": gettext_lazy("Water temperature"),
    "wood_moisture": gettext_lazy("Moisture of wood"),
}  # fmt: skip


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    text = numbers.figure(value, decimals, language())
    return numbers.with_unit(text, unit) if unit and value is not None else text


def when(moment: datetime) -> str:
    """A moment in the city's time, to the minute."""
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")


def age(found: timedelta) -> str:
    """How long ago, in the largest unit that is filled."""
    minutes = int(found.total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if minutes < 2880:
        return ngettext("%(count)d hour ago", "%(count)d hours ago", minutes // 60) % {"count": minutes // 60}
    days = minutes // 1440
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


def series_name(one: Series) -> str:
    """What is measured, with its depth."""
    name = (
        str(NAMES.get(one.key) or properties()[one.key].name)
        if one.key
        else one.stream.observed_property.name
    )
    if one.depth_m is None:
        return name
    return _("%(name)s at %(depth)s cm depth") % {"name": name, "depth": number(100 * one.depth_m, 0)}


def value_text(one: Series, latest: Latest | None, decimals: int = 1) -> str:
    return number(latest.value, decimals, one.unit or "") if latest else "–"


def heat_sentences(days: Days) -> list[str]:
    """What hot days and warm nights a stretch had."""
    hot, nights, frost = (days.tally(name) for name in ("hot", "tropical", "frost"))
    found = []
    if hot.yes:
        text = ngettext(
            "%(count)d day was hot: 30 °C or more.", "%(count)d days were hot: 30 °C or more.", hot.yes
        )
        found.append(text % {"count": hot.yes})
    elif not hot.open:
        found.append(_("No day was hot: the air never reached 30 °C."))
    if nights.yes:
        text = ngettext(
            "In %(count)d night the air did not cool down below 20 °C; sleep suffers then.",
            "In %(count)d nights the air did not cool down below 20 °C; sleep suffers then.", nights.yes,
        )  # fmt: skip
        found.append(text % {"count": nights.yes})
    if frost.yes:
        text = ngettext("There was frost on %(count)d day.", "There was frost on %(count)d days.", frost.yes)
        found.append(text % {"count": frost.yes})
    if hot.open or nights.open:
        count = max(hot.open, nights.open)
        text = ngettext(
            "%(count)d day has too few readings to tell; it is counted neither way.",
            "%(count)d days have too few readings to tell; they are counted neither way.", count,
        )  # fmt: skip
        found.append(text % {"count": count})
    return found


def rain_sentences(rain: RainFigures) -> list[str]:
    if rain.total is None:
        return [_("There are too few readings to tell how much it rained.")]
    found = [_("%(mm)s litres of rain fell on each square metre.") % {"mm": number(rain.total)}]
    worst = max(rain.peaks, key=lambda peak: ("none", "marked", "severe", "extreme").index(peak.level))
    if worst.level != "none" and worst.end is not None:
        found.append(
            _("The heaviest rain reached a warning level: %(mm)s l/m² within %(hours)s h, %(level)s.")
            % {"mm": number(worst.mm), "hours": worst.hours, "level": RAIN_LEVELS[worst.level]}
        )
    else:
        found.append(_("No rain reached a warning level."))
    if rain.faults:
        text = ngettext(
            "%(count)d reading of the rain gauge cannot be true and was left out.",
            "%(count)d readings of the rain gauge cannot be true and were left out.", rain.faults,
        )  # fmt: skip
        found.append(text % {"count": rain.faults})
    return found


def soil_text(one: SoilFigure) -> str:
    """Plant-available water as a figure or a range."""
    if one.water is None:
        return _("unknown: the type of soil is not stated")
    low, high = number(one.water.low, 0), number(one.water.high, 0)
    return f"{low} %" if low == high else _("%(low)s to %(high)s %%") % {"low": low, "high": high}


def soil_state(one: SoilFigure) -> tuple[str, Any] | None:
    state = one.water.state if one.water else None
    return (SOIL_BADGES[state], SOIL_STATES[state]) if state else None


def soil_sentences(figures: list[SoilFigure]) -> list[str]:
    found = []
    for one in figures:
        state = one.water.state if one.water else None
        if state:
            found.append(f"{series_name(one.series)}: {SOIL_STATES[state]}.")
    vague = [one for one in figures if one.water and one.water.state is None]
    if vague:
        found.append(
            _(
                "Where only the type of soil is known, the moisture does not tell how much of it plants can use."
            )
        )
    return found


def air_sentences(figure: AirFigure) -> list[str]:
    worst = figure.quality.worst
    if worst is None:
        return []
    blame = [POLLUTANTS[name] for name, level in figure.quality.classes.items() if level == worst]
    found = [
        _("The air is %(class)s; %(pollutants)s decides that.")
        % {"class": AIR_CLASSES[worst], "pollutants": ", ".join(blame)}
    ]
    if not figure.quality.complete:
        missing = [POLLUTANTS[name] for name in figure.index.bounds if name not in figure.quality.classes]
        found.append(_("Not measured here: %(pollutants)s.") % {"pollutants": ", ".join(missing)})
    if worst >= 4:
        found.append(_("People with a weak heart or lungs should avoid efforts outdoors."))
    return found
