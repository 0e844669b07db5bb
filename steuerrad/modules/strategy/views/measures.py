"""The list of measures, one measure, and the change of its status."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.proposals import may_report_status, propose_status
from steuerrad.modules.strategy.actions.status import change_status, may_change_status
from steuerrad.modules.strategy.forms import MeasureFilterForm, StatusForm
from steuerrad.modules.strategy.models import Kpi, Measure, MeasureOrganisation
from steuerrad.modules.strategy.portfolio.views.measure import replaced, steering_context
from steuerrad.modules.strategy.public.plain import measure_sentences
from steuerrad.modules.strategy.public.queries import newest_reports
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import measures as queries
from steuerrad.modules.strategy.queries.findings import open_findings_of
from steuerrad.modules.strategy.queries.proposals import waiting_for_measure
from steuerrad.modules.strategy.queries.systems import runs_here
from steuerrad.modules.strategy.rules.progress import attention, is_stale
from steuerrad.modules.strategy.rules.states import PeriodKind, Status
from steuerrad.modules.strategy.views.parts import crumbs, page_of, sort_headers
from steuerrad.modules.strategy.views.writing import settle
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.city.queries import documents
from steuerrad.platform.links.queries import linked

AUDIT_SHOWN = 50


def measure_list(request: HttpRequest) -> HttpResponse:
    form = MeasureFilterForm(request.GET)
    wanted = queries.MeasureFilter(**form.values())
    columns = [
        ("number", _("Number")), ("title", _("Measure")), ("field", _("Field of action")), ("status", _("Status")),
        ("start", _("Period")), ("", _("Lead")),
    ]  # fmt: skip
    page = page_of(request, queries.measures(wanted))
    context = {
        "heading": _("Measures"),
        "breadcrumbs": crumbs((_("Measures"), "")),
        "filter_form": form,
        "page_obj": page,
        "headers": sort_headers(request, wanted.sort, columns),
    }
    return render(request, "strategy/measures.html", context)


def measure(request: HttpRequest, number: str) -> HttpResponse:
    gone = Measure.objects.filter(number=number[:60], replaced=True).select_related("field__theme").first()
    if gone is not None:
        return replaced(request, gone)
    found = queries.measure(number)
    steering = steering_context(request, found)
    before = [item.old for item in steering["steering"].predecessors]
    year = clock.today().year
    why = attention(
        Status(found.status), PeriodKind(found.period_kind), found.start_year, found.end_year, year
    )
    history = sorted(
        found.history.all(), key=lambda entry: (entry.since, entry.recorded_at, entry.pk), reverse=True
    )  # type: ignore[attr-defined]
    roles: dict[str, list[MeasureOrganisation]] = {"lead": [], "partner": []}
    for item in found.participations:  # type: ignore[attr-defined]
        roles[item.role].append(item)
    report = newest_reports([found.pk]).get(found.pk)
    leads = [item.organisation.name for item in roles["lead"]]
    own = [kpi.pk for kpi in found.own_kpis]  # type: ignore[attr-defined]
    if before:  # what it has taken over brings its KPIs and links along
        own += Kpi.objects.filter(retired=False, measure__in=before).values_list("pk", flat=True)
    links = linked([found.ref, *(item.ref for item in before)], request.user)
    context = {
        "heading": found.title,
        "preline": _("Measure %(number)s") % {"number": found.number},
        "lead": found.summary,
        "breadcrumbs": _crumbs(found, (found.number, "")),
        "measure": found,
        "why": why,
        "plain": measure_sentences(found, why, report, leads),
        "stale": is_stale(history[0].since if history else None, clock.today()),
        "history": history,
        "roles": roles,
        "kpis": kpi_queries.with_newest(list(kpi_queries.kpis().filter(pk__in=own))) if own else [],
        "targets": [target for target in found.targets.all() if not target.retired],  # type: ignore[attr-defined]
        "systems": [(system, runs_here(system)) for system in found.own_systems],  # type: ignore[attr-defined]
        "documents": [item for item in found.documents.all() if not item.retired],  # type: ignore[attr-defined]
        "links": [link for group in links.values() for link in group],
        "sources": documents(),
        **steering,
        "may_change": may_change_status(request.user, found) or may_report_status(request.user, found),
        "proposals": waiting_for_measure(found, request.user),
        "findings": open_findings_of("measure", found.number),
        "trail": trail(request, found.ref),
    }
    return render(request, "strategy/measure.html", context)


def trail(request: HttpRequest, ref: str) -> list[AuditEntry] | None:
    """The newest audit entries of an object; None for those who may not read them."""
    if not allowed(request.user, "audit.read"):
        return None
    return list(AuditEntry.objects.filter(ref=ref)[:AUDIT_SHOWN])


@login_required
def status(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.measure(number)
    direct = may_change_status(request.user, found)
    if not direct and not may_report_status(request.user, found):
        raise PermissionDenied
    form = StatusForm(request.POST if request.method == "POST" else None, measure=found)
    if request.method == "POST" and form.is_valid():
        write = change_status if direct else propose_status
        done = (
            _("The status has been changed.")
            if direct
            else _("Reported. The status counts once the coordination has released it.")
        )
        answer = settle(request, form, lambda: write(request.user, found, **form.cleaned_data), done, found)
        if answer is not None:
            return answer
    context = {
        "heading": _("Change the status"),
        "preline": str(found),
        "breadcrumbs": _crumbs(found, (found.number, found.get_absolute_url()), (_("Change the status"), "")),
        "measure": found,
        "form": form,
        "cancel_url": found.get_absolute_url(),
        "submit": _("Change the status"),
    }
    return render(request, "strategy/form.html", context, status=422 if form.errors else 200)


def _crumbs(measure: Measure, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    field = measure.field
    above = (field.theme.title, field.theme.get_absolute_url()), (field.title, field.get_absolute_url())
    return crumbs((_("Measures"), reverse("strategy:measures")), *above, *steps)
