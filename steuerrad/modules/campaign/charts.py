"""Progress of a round as pictures; drawn by platform.ui."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.models import labels
from steuerrad.modules.campaign.queries.progress import Line
from steuerrad.platform.ui.charts.specs import Bar, BarChart, Part, StackedBar

#: How a state looks: key of platform.ui.charts.states, which badges use, too.
LOOKS = {
    "open": "idea",
    "carried": "planned",
    "sent_back": "stopped",
    "withdrawn": "unknown",
    "declined": "in_progress",
    "answered": "in_progress",
    "checked": "in_operation",
    "released": "completed",
}
#: States that look alike in a picture are counted together under the first one's name.
DRAWN = ("open", "carried", "answered", "checked", "released", "sent_back", "withdrawn")
MOST_BARS = 12


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def state_chart(line: Line) -> StackedBar:
    """How the questions of a round are spread over the states."""
    counts = dict(line.counts)
    counts["answered"] += counts.pop("declined")
    names = {**labels.STATES, "answered": _("answered or declined")}
    return StackedBar(
        title=_("Questions by state"), language=language(), unit="",
        parts=tuple(Part(LOOKS[state], str(names[state]), counts[state]) for state in DRAWN if counts[state]),
    )  # fmt: skip


def progress_chart(title: str, name: str, lines: list[Line]) -> BarChart | None:
    """Share of released questions by line, with the share that is answered at all. None without lines."""
    shown = [line for line in lines if line.total][:MOST_BARS]
    if not shown:
        return None
    subtitle = _("The %(count)d with most to do") % {"count": MOST_BARS} if len(lines) > MOST_BARS else ""
    return BarChart(
        title=title, subtitle=subtitle, unit="%", decimals=0, language=language(), maximum=100,
        label_name=name, value_name=_("Answered"), comparison_name=_("Released"),
        bars=tuple(
            Bar(line.title or _("without organisation"), share(line.total - line.unanswered, line), share(line.released, line))
            for line in shown
        ),
    )  # fmt: skip


def share(count: int, line: Line) -> float:
    return 100 * count / line.total if line.total else 0.0
