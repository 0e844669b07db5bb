"""Pages of alerts: parse, ask, render."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.alerts import queries
from steuerrad.modules.sensors.alerts.forms import PreviewForm
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.queries import visible_streams
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart

MOST_SHOWN = 200


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an alert would have done on the stored values; nothing is kept."""
    stream = get_object_or_404(visible_streams(request.user), pk=pk)
    form = PreviewForm(request.GET) if "threshold" in request.GET else PreviewForm()
    told = form.rule if form.is_bound and form.is_valid() else None
    found = queries.history(stream, told)
    context = {
        "heading": _("What would have fired"), "preline": stream.name, "stream": stream, "form": form,
        "tried": told is not None, "found": found, "fired": found.fired[-MOST_SHOWN:][::-1] if found else [],
        "chart": _chart(stream, found, form) if found else None,
        "breadcrumbs": [
            (_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")),
            (stream.thing.name, reverse("sensors:thing", args=[stream.thing_id])), (_("What would have fired"), ""),
        ],
    }  # fmt: skip
    return render(request, "sensors/alerts/preview.html", context)


def _chart(stream: Datastream, found: queries.History, form: PreviewForm) -> TimeChart:
    points = tuple(Reading(moment(row["time"]), row["mean"], row["min"], row["max"]) for row in found.rows)
    limits = []
    if form.is_bound and form.is_valid():
        limits.append(Limit(form.cleaned_data["threshold"], _("threshold")))
        if form.cleaned_data["clear"] is not None:
            limits.append(Limit(form.cleaned_data["clear"], _("over again")))
    stretch = (found.last - found.first) / 1e6 / max(1, len(points))
    return TimeChart(
        title=_("All values, thinned out, with their range"), unit=stream.unit_symbol or "",
        language="en" if (get_language() or "").startswith("en") else "de", limits=tuple(limits),
        lines=(Readings(stream.observed_property.name, points, gap_s=max(3 * stretch, 3 * (stream.interval_s or 0))),),
        start=moment(found.first), end=moment(found.last),
    )  # fmt: skip
