"""The list of KPIs, one KPI, and the entry and correction of values."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.actions.proposals import propose_correction, propose_value
from steuerrad.modules.strategy.actions.values import may_record
from steuerrad.modules.strategy.charts import value_chart
from steuerrad.modules.strategy.forms import CorrectionForm, KpiFilterForm, ValueForm
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.modules.strategy.public.facts import changed
from steuerrad.modules.strategy.public.plain import kpi_sentences
from steuerrad.modules.strategy.queries import kpis as queries
from steuerrad.modules.strategy.queries.computing import all_computed, compute_now
from steuerrad.modules.strategy.queries.findings import open_findings_of
from steuerrad.modules.strategy.queries.proposals import waiting_for_kpi
from steuerrad.modules.strategy.views.measures import trail
from steuerrad.modules.strategy.views.parts import crumbs, page_of, sort_headers
from steuerrad.modules.strategy.views.writing import attempt, settle
from steuerrad.platform.city.queries import documents
from steuerrad.platform.links.queries import linked


def kpi_list(request: HttpRequest) -> HttpResponse:
    form = KpiFilterForm(request.GET)
    wanted = queries.KpiFilter(**form.values())
    columns = [
        ("code", _("Number")), ("name", _("KPI")), ("field", _("Field of action")), ("", _("Values")),
        ("", _("Newest value")), ("unit", _("Unit")),
    ]  # fmt: skip
    page = page_of(request, queries.kpis(wanted))
    context = {
        "heading": _("KPIs"),
        "breadcrumbs": crumbs((_("KPIs"), "")),
        "filter_form": form,
        "page_obj": page,
        "rows": queries.with_newest(list(page.object_list)),
        "headers": sort_headers(request, wanted.sort, columns),
        "counts": queries.state_counts(),
    }
    return render(request, "strategy/kpis.html", context)


def kpi(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.kpi(code)
    series = queries.series(found)
    supplier = queries.contribution(found)
    target = queries.comparable_target(found)
    way = queries.progress_of(found, series)
    history = queries.history(found)
    context = {
        "heading": found.name,
        "preline": _("KPI %(code)s") % {"code": found.code},
        "breadcrumbs": crumbs((_("KPIs"), reverse("strategy:kpis")), (found.code, "")),
        "kpi": found,
        "state": queries.COMPUTED if supplier else queries.COLLECTED if series else queries.MISSING,
        "supplier": supplier,
        "fresh": compute_now(supplier),
        "newest": series[-1] if series else None,
        "first": series[0] if series else None,
        "target": target,
        "plain": kpi_sentences(found, series[-1] if series else None, changed(found, series), target, way),
        "series_shown": bool(series),
        "root": request.build_absolute_uri("/").rstrip("/"),
        "progress": way,
        "chart": value_chart(found, series, target) if series else None,
        "history": history,
        "sdg": queries.parts(found.sdg),
        "references": queries.parts(found.references),
        "links": linked([found.ref], request.user).get(found.ref, []),
        "sources": documents(),
        "may_record": may_record(request.user, found),
        "proposals": waiting_for_kpi(found, request.user),
        "findings": open_findings_of("kpi", found.code),
        "trail": trail(request, found.ref),
    }
    return render(request, "strategy/kpi.html", context)


def computed(request: HttpRequest) -> HttpResponse:
    """All figures that modules compute, with what they say now."""
    context = {
        "heading": _("Computed figures"),
        "breadcrumbs": crumbs((_("KPIs"), reverse("strategy:kpis")), (_("Computed figures"), "")),
        "rows": all_computed(),
    }
    return render(request, "strategy/computed.html", context)


@login_required
def new_value(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.kpi(code)
    if not may_record(request.user, found):
        raise PermissionDenied
    if queries.contribution(found) is not None:
        messages.info(request, _("This KPI is computed by the platform; values are not entered by hand."))
        return redirect(found)
    form = ValueForm(request.POST if request.method == "POST" else None, unit=found.unit)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        day = data.pop("date")
        if attempt(
            request, form, lambda: propose_value(request.user, found, day=day, **data),
            _("Reported. The value counts once somebody else has released it."),
        ):  # fmt: skip
            return redirect(found)
    return _form(request, found, form, _("Record a value"))


@login_required
def correction(request: HttpRequest, code: str, value_id: int) -> HttpResponse:
    found = queries.kpi(code)
    old = get_object_or_404(KpiValue.objects.select_related("kpi"), pk=value_id, kpi=found)
    if not may_record(request.user, found):
        raise PermissionDenied
    if old.superseded:
        messages.error(
            request, _("This value has been corrected already. Only the newest revision can be corrected.")
        )
        return redirect(found)
    initial = {"quality": old.quality, "source": old.source, "note": old.note}
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, initial=initial, unit=found.unit
    )
    if request.method == "POST" and form.is_valid():
        done = _(
            "Reported. The correction counts once somebody else has released it; the earlier value stays readable."
        )
        answer = settle(
            request, form, lambda: propose_correction(request.user, old, **form.cleaned_data), done, found
        )
        if answer is not None:
            return answer
    return _form(request, found, form, _("Correct a value"), old)


def _form(
    request: HttpRequest, found: Kpi, form: ValueForm, heading: str, old: KpiValue | None = None
) -> HttpResponse:
    context = {
        "heading": heading,
        "preline": str(found),
        "breadcrumbs": crumbs(
            (_("KPIs"), reverse("strategy:kpis")), (found.code, found.get_absolute_url()), (heading, "")
        ),
        "kpi": found,
        "old": old,
        "form": form,
        "cancel_url": found.get_absolute_url(),
        "submit": heading,
    }
    return render(request, "strategy/form.html", context, status=422 if form.errors else 200)
