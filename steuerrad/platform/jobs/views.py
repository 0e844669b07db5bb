"""The page that shows what runs by itself, and how it went."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from steuerrad.platform.accounts.access import require
from steuerrad.platform.jobs.queries import BROKEN, DUE, FAILED, RUNNING, WAITING, State, states

READ = "jobs.read"
STALLED_S = 120
#: Badge and word of each state.
BADGES = {
    RUNNING: ("in_progress", gettext_lazy("running")),
    WAITING: ("in_operation", gettext_lazy("went well")),
    DUE: ("planned", gettext_lazy("due")),
    FAILED: ("danger", gettext_lazy("failed")),
    BROKEN: ("warning", gettext_lazy("broken off")),
}


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    require(request.user, READ)
    found = sorted(states(), key=lambda one: (not one.job.urgent, str(one.job.title)))
    context = {
        "heading": _("Background jobs"), "rows": [(one, *BADGES[one.state], _every(one)) for one in found],
        "stalled": _stalled(found),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Background jobs"), "")],
    }  # fmt: skip
    return render(request, "jobs/list.html", context)


def _every(state: State) -> str:
    minutes = state.job.every_minutes
    if minutes % 1440 == 0:
        return _("daily") if minutes == 1440 else _("every %(count)d days") % {"count": minutes // 1440}
    if minutes % 60 == 0:
        return _("hourly") if minutes == 60 else _("every %(count)d hours") % {"count": minutes // 60}
    return _("every minute") if minutes == 1 else _("every %(count)d minutes") % {"count": minutes}


def _stalled(found: list[State]) -> bool:
    """Whether no worker seems to be there: urgent ones never wait for long where one is."""
    return any(one.job.urgent and one.late_s > STALLED_S for one in found)
