"""Pages where people state what is assumed: effects, costs, limits, rules, grants, targets."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.prioritisation.choice import actions, queries, texts
from steuerrad.modules.prioritisation.choice.forms import (
    AmountForm,
    EffectForm,
    ProgrammeForm,
    RuleForm,
    TargetForm,
)
from steuerrad.modules.prioritisation.choice.inputs import Inputs, ItemData
from steuerrad.modules.prioritisation.choice.permissions import EDIT
from steuerrad.modules.prioritisation.choice.views import done, inputs_or_none, page, study_or_404
from steuerrad.modules.prioritisation.models import Study
from steuerrad.platform.accounts.access import require

A_PAGE = 50


@login_required
@require_safe
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """Every measure: what it takes, what it is assumed to bring, what is missing."""
    study = study_or_404(request, pk)
    inputs = inputs_or_none(request, study)
    if inputs is None:
        return redirect("prioritisation:study_edit", pk=pk)
    proposed: dict[str, int] = defaultdict(int)
    for one in queries.proposals(study):
        proposed[one.candidate] += 1
    show = request.GET.get("show", "")
    items = [item for item in inputs.items if matches(item, show, inputs, proposed)]
    paged = Paginator(items, A_PAGE).get_page(request.GET.get("page"))
    rows = [(item, candidate_url(study, item.ref), texts.euro(item.cost) if item.cost is not None else "",
             len(item.effects), proposed[item.ref], state_of(item, inputs)) for item in paged]  # fmt: skip
    context = page(
        request, study, "candidates", _("Measures and effects"), rows=rows, page_obj=paged, show=show,
        decidable=len(inputs.decidable), total=len(inputs.items), query=urlencode({"show": show}) if show else "",
        shows=[("", _("all")), ("decidable", _("decidable")), ("missing", _("not decidable")),
               ("proposed", _("with a proposed effect"))],
    )  # fmt: skip
    return render(request, "prioritisation/choice/candidates.html", context)


def matches(item: ItemData, show: str, inputs: Inputs, proposed: dict[str, int]) -> bool:
    missing = item.missing(inputs.counting)
    if show == "decidable":
        return not missing
    if show == "missing":
        return bool(missing)
    return show != "proposed" or proposed[item.ref] > 0


def state_of(item: ItemData, inputs: Inputs) -> str:
    return texts.undecided(item, inputs) if item.missing(inputs.counting) else _("Decidable")


def candidate_url(study: Study, ref: str) -> str:
    return f"{reverse('prioritisation:study_candidate', args=[study.pk])}?{urlencode({'ref': ref})}"


@login_required
@require_http_methods(["GET", "POST"])
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure: its costs and assumed effects, and the forms to state them."""
    study = study_or_404(request, pk)
    inputs = inputs_or_none(request, study)
    item = inputs.named().get(request.GET.get("ref", "")) if inputs else None
    if inputs is None or item is None:
        raise Http404("no such measure")
    what = request.POST.get("what", "")
    effect = EffectForm(
        request.POST if what == "effect" else None, inputs=inputs, initial=start(request, study, item)
    )
    amount = AmountForm(request.POST if what == "amount" else None)
    if request.method == "POST":
        require(request.user, EDIT)
        saved = (
            save_effect(request, pk, item, effect)
            if what == "effect"
            else save_amount(request, pk, item, amount)
        )
        if saved:
            return redirect(candidate_url(study, item.ref))
    titles = {target.key: target.title for target in inputs.targets}
    context = page(
        request, study, "candidates", item.code or item.title, item=item, state=state_of(item, inputs),
        effect_form=effect, amount_form=amount,
        effects=[(one, titles.get(one.target, one.target), one.target not in titles)
                 for one in study.effects.filter(candidate=item.ref).select_related("by")],  # type: ignore[attr-defined]
        costs=cost_rows(item),
        proposals=[(one, titles.get(one.target, one.target),
                    f"{candidate_url(study, item.ref)}&{urlencode({'target': one.target})}#effect")
                   for one in queries.proposals(study) if one.candidate == item.ref and one.target in titles],
    )  # fmt: skip
    return render(request, "prioritisation/choice/candidate.html", context)


def start(request: HttpRequest, study: Study, item: ItemData) -> dict[str, Any]:
    """The form of an effect that is stated already holds what is stated."""
    target = request.GET.get("target", "")
    held = study.effects.filter(candidate=item.ref, target=target).first()  # type: ignore[attr-defined]
    if held is None:
        return {"target": target}
    names = ("low", "likely", "high", "success", "delay_low", "delay_likely", "delay_high", "basis")
    return {"target": target, **{name: getattr(held, name) for name in names}}


def save_effect(request: HttpRequest, pk: int, item: ItemData, form: EffectForm) -> bool:
    return form.is_valid() and done(
        request,
        lambda: actions.save_effect(request.user, pk, item.ref, form.cleaned_data["target"], form.values()),
        _("The effect is stated as an assumption."),
    )


def save_amount(request: HttpRequest, pk: int, item: ItemData, form: AmountForm) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    return done(
        request,
        lambda: actions.save_amounts(request.user, pk, item.ref, data["kind"], data["years"], data["basis"]),
        _("The cost is stated."),
    )


def cost_rows(item: ItemData) -> list[tuple[str, str, str]]:
    """(kind, figures, where from) of own funds, grants and staff."""
    register = _("register of measures")
    kinds = ((_("Own funds"), item.own, item.cost_basis, texts.euro), (_("Grants"), item.grants, item.cost_basis, texts.euro),
             (_("Staff days"), item.staff, item.staff_basis, texts.days))  # fmt: skip
    return [
        (name, "; ".join(f"{year}: {shown(amount)}" for year, amount in years.items()), basis or register)
        if years is not None
        else (name, "", "")
        for name, years, basis, shown in kinds
    ]


@login_required
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Budgets, staff, themes, what goes together, grants, and targets of the study's own."""
    study = study_or_404(request, pk)
    inputs = inputs_or_none(request, study)
    if inputs is None:
        return redirect("prioritisation:study_edit", pk=pk)
    what = request.POST.get("what", "")
    forms = {
        "rule": RuleForm(request.POST if what == "rule" else None, inputs=inputs, prefix="rule"),
        "programme": ProgrammeForm(
            request.POST if what == "programme" else None, inputs=inputs, prefix="programme"
        ),
        "target": TargetForm(request.POST if what == "target" else None, prefix="target"),
    }
    if request.method == "POST":
        require(request.user, EDIT)
        if (
            what in forms
            and forms[what].is_valid()
            and done(request, lambda: save(request, pk, what, forms[what]), _("Saved."))
        ):
            return redirect("prioritisation:study_rules", pk=pk)
    context = page(
        request, study, "rules", _("Money and rules"), forms=forms, inputs=inputs,
        rules=[(rule.pk, rule.get_kind_display(), rule_line(rule, inputs), rule.basis) for rule in study.rules.all()],  # type: ignore[attr-defined]
        programmes=study.programmes.all(), targets=study.targets.all(),  # type: ignore[attr-defined]
    )  # fmt: skip
    return render(request, "prioritisation/choice/rules.html", context)


def save(request: HttpRequest, pk: int, what: str, form: Any) -> None:
    if what == "rule":
        actions.add_rule(request.user, pk, form.values())
    elif what == "programme":
        actions.save_programme(request.user, pk, form.cleaned_data["key"], form.values())
    else:
        actions.save_target(request.user, pk, form.cleaned_data["key"], form.values())


def rule_line(rule: Any, inputs: Inputs) -> str:
    kind = {"own": "budget", "grants": "budget"}.get(rule.kind, rule.kind)
    keys = [rule.kind] if kind == "budget" else [key for key in (rule.one, rule.other) if key]
    limit = None if rule.amount is None else float(rule.amount)
    return texts.rule_text({"kind": kind, "keys": keys, "year": rule.year, "limit": limit}, inputs)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int, kind: str, part: int) -> HttpResponse:
    study = study_or_404(request, pk)
    done(request, lambda: actions.remove_part(request.user, pk, kind, part), _("Removed."))
    ref = request.POST.get("ref", "")
    return redirect(candidate_url(study, ref) if ref else reverse("prioritisation:study_rules", args=[pk]))
