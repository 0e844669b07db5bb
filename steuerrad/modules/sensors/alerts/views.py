"""Pages of alerts: parse, ask, render."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.alerts import actions, queries
from steuerrad.modules.sensors.alerts.forms import AlertFilterForm, NoteForm, PreviewForm
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery
from steuerrad.modules.sensors.alerts.permissions import ACKNOWLEDGE, RULES
from steuerrad.modules.sensors.alerts.telling import is_simulated
from steuerrad.modules.sensors.alerts.words import condition, value_text
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.queries import visible_streams
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart

MOST_SHOWN = 200
A_PAGE = 50
#: State and level as the badges of the house show them.
STATES = {"open": "danger", "acknowledged": "in_progress", "escalated": "danger", "closed": "completed"}
LEVELS = {"Minor": "planned", "Moderate": "warning", "Severe": "danger", "Extreme": "danger"}


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [
        (_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")),
        (_("Alerts"), reverse("sensors:alerts") if more else ""), *more,
    ]  # fmt: skip


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is going on first."""
    form = AlertFilterForm(request.GET or {"state": "going"})
    told = form.cleaned_data if form.is_valid() else {}
    asked = str(told.get("state") or "going")
    state = "" if asked == "all" else asked
    wanted = queries.AlertFilter(state, told.get("level", ""), told.get("rule"), told.get("q", ""))
    page = Paginator(queries.listed(request.user, wanted), A_PAGE).get_page(request.GET.get("page"))
    rule = AlertRule.objects.filter(pk=wanted.rule).first() if wanted.rule else None
    context = {
        "heading": _("Alerts"), "breadcrumbs": crumbs(), "filter_form": form, "page_obj": page, "rule": rule,
        "rows": [row(one) for one in page.object_list], "total": page.paginator.count,
        "may_write": holds_anywhere(request.user, RULES),
    }  # fmt: skip
    return render(request, "sensors/alerts/list.html", context)


def row(one: Alert) -> dict[str, Any]:
    return {
        "alert": one, "badge": (STATES[one.state], one.get_state_display()),
        "level": (LEVELS[one.level], one.get_level_display()), "simulated": is_simulated(one),
        "value": value_text(one.worst, one.unit) if one.worst is not None else "",
    }  # fmt: skip


@login_required
@require_safe
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.alerts(request.user).select_related("rule__datastream"), pk=pk)
    sent = list(found.deliveries.select_related("notification__mail").order_by("pk"))  # type: ignore[attr-defined]
    acknowledges = allowed(request.user, ACKNOWLEDGE, actions.organisations_of(found))
    context = {
        "heading": found.rule.name, "preline": found.stream_name, "alert": found, "row": row(found),
        "breadcrumbs": crumbs((found.rule.name, "")), "facts": facts(found), "chart": _around(found),
        "steps": [(one, _(one.note) if one.by_id is None and one.note else one.note)
                  for one in found.steps.select_related("by")],  # type: ignore[attr-defined]
        "sent": [(one, mail_state(one)) for one in sent], "form": NoteForm(),
        "may_acknowledge": acknowledges and found.state in (Alert.OPEN, Alert.ESCALATED),
        "may_send_again": allowed(request.user, RULES, actions.organisations_of(found)) and queries.failures(sent) > 0,
        "may_see_rule": queries.rules(request.user).filter(pk=found.rule_id).exists(),
    }  # fmt: skip
    return render(request, "sensors/alerts/alert.html", context)


def mail_state(one: Delivery) -> Any:
    """What became of the message, in words."""
    if one.channel != Delivery.NOTICE:
        return one.get_state_display()
    told = one.notification
    if told is None:
        return one.get_state_display()
    if told.mail is not None:
        return _("Mail: %(state)s") % {"state": told.mail.get_state_display()}
    return (
        _("No mail: %(reason)s") % {"reason": told.get_no_mail_display()}
        if told.no_mail
        else _("Mail: waiting")
    )


def facts(found: Alert) -> list[tuple[Any, Any]]:
    value = value_text(found.value, found.unit) if found.value is not None else _("no value")
    worst = value_text(found.worst, found.unit) if found.worst is not None else _("no value")
    return [
        (_("Condition"), condition(found.rule, found.unit)), (_("Held since"), stamp(found.began_at)),
        (_("Certain at"), stamp(found.certain_at)), (_("Value then"), value), (_("Furthest value"), worst),
        (_("Over since"), stamp(found.ended_at) if found.ended_at else (_("over") if found.closed_at else _("goes on"))),
        (_("People were told"), stamp(found.told_at) if found.told_at else found.get_held_display()),
        (_("Number"), found.uid),
    ]  # fmt: skip


def stamp(at: Any) -> str:
    return date(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _around(found: Alert) -> TimeChart | None:
    rows, first, last = queries.around(found)
    if not rows or found.datastream is None:
        return None
    limits = []
    if found.rule.threshold is not None:
        limits.append(Limit(found.rule.threshold, _("threshold")))
    if found.rule.clear is not None:
        limits.append(Limit(found.rule.clear, _("over again")))
    return chart(found.datastream, rows, first, last, tuple(limits), _("The values around the alert"))


@login_required
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.alerts(request.user), pk=pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.acknowledge(request.user, found, form.cleaned_data["note"])
            messages.success(request, _("Thank you. Nobody else is called."))
        except actions.AlertError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("The note is too long."))
    return redirect("sensors:alert", pk)


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.alerts(request.user), pk=pk)
    count = actions.send_again(request.user, found)
    text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    messages.success(request, text % {"count": count})
    return redirect("sensors:alert", pk)


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an alert would have done on the stored values; nothing is kept."""
    stream = get_object_or_404(visible_streams(request.user), pk=pk)
    form = PreviewForm(request.GET) if "threshold" in request.GET else PreviewForm()
    told = form.rule if form.is_bound and form.is_valid() else None
    found = queries.history(stream, told)
    limits = []
    if told is not None:
        limits.append(Limit(form.cleaned_data["threshold"], _("threshold")))
        if form.cleaned_data["clear"] is not None:
            limits.append(Limit(form.cleaned_data["clear"], _("over again")))
    context = {
        "heading": _("What would have fired"), "preline": stream.name, "stream": stream, "form": form,
        "tried": told is not None, "found": found, "fired": found.fired[-MOST_SHOWN:][::-1] if found else [],
        "chart": history_chart(stream, found, tuple(limits)) if found else None,
        "may_write": holds_anywhere(request.user, RULES), "asked": request.GET.urlencode(),
        "breadcrumbs": [
            (_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")),
            (stream.thing.name, reverse("sensors:thing", args=[stream.thing_id])), (_("What would have fired"), ""),
        ],
    }  # fmt: skip
    return render(request, "sensors/alerts/preview.html", context)


def history_chart(stream: Datastream, found: queries.History, limits: tuple[Limit, ...]) -> TimeChart:
    title = _("All values, thinned out, with their range")
    return chart(stream, found.rows, found.first, found.last, limits, title)


def chart(
    stream: Datastream,
    rows: list[dict[str, Any]],
    first: int,
    last: int,
    limits: tuple[Limit, ...],
    title: str,
) -> TimeChart:
    points = tuple(Reading(moment(one["time"]), one["mean"], one["min"], one["max"]) for one in rows)
    stretch = (last - first) / 1e6 / max(1, len(points))
    return TimeChart(
        title=title, unit=stream.unit_symbol or "",
        language="en" if (get_language() or "").startswith("en") else "de", limits=limits,
        lines=(Readings(_(stream.observed_property.name), points, gap_s=max(3 * stretch, 3 * (stream.interval_s or 0))),),
        start=moment(first), end=moment(last),
    )  # fmt: skip
