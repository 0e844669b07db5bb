"""Answering one question: the form, checks while typing, taking over, declining, handing over, and conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steuerrad.modules.campaign.actions import answers as actions
from steuerrad.modules.campaign.actions.evidence import OWNER
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.forms_answer import (
    WAIVER,
    AnswerForm,
    Held,
    held_of,
    held_sent,
    initial_of,
    token_of,
    usable_files,
)
from steuerrad.modules.campaign.models import Answer, Assignment, Round
from steuerrad.modules.campaign.queries.access import may_answer
from steuerrad.modules.campaign.queries.checking import findings
from steuerrad.modules.campaign.queries.history import shelved
from steuerrad.modules.campaign.queries.proposals import as_input, live_input, previous_input
from steuerrad.modules.campaign.queries.rounds import assignment_for
from steuerrad.modules.campaign.texts import Said
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.modules.campaign.views.compare import columns
from steuerrad.modules.campaign.views.neighbours import neighbours
from steuerrad.modules.campaign.views.parts import members_only, round_crumbs
from steuerrad.platform.files.actions import FileRefusedError, store


@dataclass(frozen=True)
class Shown:
    """A finding beside the field with which it can be overridden."""

    said: Said
    name: str
    comment: str


def own_or_403(request: HttpRequest, pk: int) -> Assignment:
    """The assignment, when the person may answer it."""
    found = assignment_for(request.user, pk)
    if not may_answer(request.user, found):
        raise PermissionDenied
    return found


def newest_of(assignment: Assignment) -> Answer | None:
    if not assignment.newest:
        return None
    found = Answer.objects.filter(question=assignment.question_id, revision=assignment.newest)
    return found.prefetch_related("evidence").first()


@members_only
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = own_or_403(request, pk)
    if assignment.question.round.state != Round.OPEN:
        return redirect("campaign:question", pk=pk)
    if request.method == "POST":
        return given(request, assignment)
    newest = newest_of(assignment)
    typed = beginning(assignment, newest)
    form = AnswerForm(assignment.question, initial=initial_of(assignment.question, typed, assignment.newest))
    return page(request, assignment, form, typed, newest=newest)


def beginning(assignment: Assignment, newest: Answer | None) -> AnswerInput | None:
    """What the form shows first: the newest revision, else what the platform computed, else nothing."""
    if newest is not None:
        return None if newest.declined else as_input(newest)
    return live_input(assignment.question) if assignment.question.live_value else None


def given(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """What was sent off: a draft or a submission."""
    question = assignment.question
    form = AnswerForm(question, request.POST, request.FILES)
    sound = form.is_valid()
    typed = form.typed()
    if "based_on" not in form.cleaned_data or not sound:
        return page(request, assignment, form, typed, status=422)
    try:
        typed = form.typed(added=uploaded(request, form))
    except FileRefusedError as refusal:
        form.add_error("file", str(refusal))
        return page(request, assignment, form, typed, status=422)
    submit = request.POST.get("do") != "draft"
    act = actions.submit_answer if submit else actions.save_draft
    try:
        act(request.user, question.pk, typed, based_on=form.cleaned_data["based_on"])
    except ConflictError:
        return redirect("campaign:compare", pk=question.pk)
    except FaultsError as refusal:
        return page(request, assignment, form, typed, said=refusal.findings, status=422)
    except RefusedError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return page(request, assignment, form, typed, status=422)
    return after_saving(request, assignment, submit)


def uploaded(request: HttpRequest, form: AnswerForm) -> list[EvidenceInput]:
    """Keep the file that was chosen, in a transaction of its own: a refused answer must not lose it."""
    checked = form.cleaned_data.get("file")
    if not checked:
        return []
    file = store(request.user, checked, owner=OWNER)
    return [EvidenceInput(title="", file_id=file.pk)]


def after_saving(request: HttpRequest, assignment: Assignment, submit: bool) -> HttpResponse:
    if not submit:
        messages.success(request, _("Saved as a draft. It is not submitted yet."))
        return redirect("campaign:answer", pk=assignment.question_id)
    messages.success(request, _("Submitted. Somebody else checks it now."))
    around = neighbours(request.user, assignment)
    if request.POST.get("do") == "submit_next" and around.next_open is not None:
        return redirect("campaign:answer", pk=around.next_open)
    return redirect("campaign:question", pk=assignment.question_id)


def page(
    request: HttpRequest,
    assignment: Assignment,
    form: AnswerForm,
    typed: AnswerInput | None,
    *,
    newest: Answer | None = None,
    said: list[Said] | None = None,
    status: int = 200,
) -> HttpResponse:
    question = assignment.question
    bound = form.is_bound
    if said is None:
        said = findings(question, typed) if typed and typed.value.strip() else []
    around = neighbours(request.user, assignment)
    context: dict[str, Any] = {
        "heading": question.title,
        "preline": question.group,
        "breadcrumbs": round_crumbs(question.round, (_("My questions"), reverse("campaign:tasks")), (question.title, "")),
        "assignment": assignment, "question": question, "form": form, "newest": newest or newest_of(assignment),
        "held": shown_evidence(request, form, typed) if bound else evidence_of(request, assignment, typed),
        "findings": shown_findings(said, form.waivers() if bound else {}), "tried": bound,
        "around": around, "previous": previous_of(request, assignment),
        "shelved": bool(shelved(request.user, question)),
        "sent_back": assignment.state == "sent_back" and question.decisions.filter(kind="sent_back").last(),
    }  # fmt: skip
    return render(request, "campaign/answer.html", context, status=status)


def shown_findings(said: list[Said], comments: dict[str, str]) -> list[Shown]:
    return [Shown(item, f"{WAIVER}{item.key}", comments.get(item.key, "")) for item in said]


def evidence_of(request: HttpRequest, assignment: Assignment, typed: AnswerInput | None) -> list[Held]:
    ids = [item.file_id for item in typed.evidence] if typed else []
    return held_of(typed, usable_files(request.user, assignment.question, ids))


def shown_evidence(request: HttpRequest, form: AnswerForm, typed: AnswerInput | None) -> list[Held]:
    """What the form listed, with what was added by it; a box that was cleared stays cleared."""
    sent = held_sent(form.data)
    listed = dict(sent)
    for item in typed.evidence if typed else ():
        if item.file_id is not None:
            listed.setdefault(item, True)
    files = usable_files(request.user, form.question, [item.file_id for item in listed])
    return [
        Held(token_of(item), item.title, item.url, files.get(item.file_id or 0), stays)
        for item, stays in listed.items() if item.url or item.file_id in files
    ]  # fmt: skip


def previous_of(request: HttpRequest, assignment: Assignment) -> dict[str, Any] | None:
    """Last time's answer with its evidence, for the proposal beside the field."""
    question = assignment.question
    if not question.previous_value:
        return None
    return {
        "value": question.previous_value, "period": question.previous_period, "source": question.previous_source,
        "quality": question.get_previous_quality_display() if question.previous_quality else "",
        "note": question.previous_note, "evidence": evidence_of(request, assignment, previous_input(question)),
    }  # fmt: skip


@members_only
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Findings about what is typed so far, by the rules that the submission asks, too."""
    assignment = own_or_403(request, pk)
    form = AnswerForm(assignment.question, request.POST)
    form.is_valid()
    said = findings(assignment.question, form.typed())
    context = {"findings": shown_findings(said, form.waivers()), "question": assignment.question}
    return render(request, "campaign/_findings.html", context)


@members_only
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Last time's answer into the form, as a draft that must still be submitted."""
    assignment = own_or_403(request, pk)
    return as_draft(
        request, assignment, actions.take_over, _("Taken over. Look at it and submit it if it still holds.")
    )


@members_only
@require_POST
def fill_live(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = own_or_403(request, pk)
    return as_draft(
        request,
        assignment,
        actions.fill_live,
        _("The computed value is in the form. Look at it and submit it."),
    )


def as_draft(request: HttpRequest, assignment: Assignment, act: Any, done: str) -> HttpResponse:
    try:
        act(request.user, assignment.question_id, based_on=number(request, "based_on"))
    except ConflictError:
        return redirect("campaign:compare", pk=assignment.question_id)
    except RefusedError as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
    return redirect("campaign:answer", pk=assignment.question_id)


def number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@members_only
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody was faster: what stood before, what stands now, what was typed; then decide."""
    assignment = own_or_403(request, pk)
    question = assignment.question
    aside = shelved(request.user, question)
    if not aside:
        return redirect("campaign:answer", pk=pk)
    kept, mine = aside[0]
    if request.method == "POST" and request.POST.get("do") == "drop":
        try:
            actions.drop_shelved(request.user, kept.pk)
        except RefusedError as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Your text is dropped; the answer of the other person stands."))
        return redirect("campaign:answer", pk=pk)
    if request.method == "POST":
        return given(request, assignment)
    theirs = newest_of(assignment)
    base = question.answers.filter(revision=kept.based_on).prefetch_related("evidence").first()
    files = usable_files(request.user, question, [item.file_id for item in mine.evidence])
    context = {
        "heading": _("Somebody was faster"),
        "preline": question.title,
        "breadcrumbs": round_crumbs(question.round, (question.title, reverse("campaign:question", args=[pk])), (_("Compare"), "")),
        "assignment": assignment, "question": question, "theirs": theirs, "base": base, "kept": kept,
        "columns": columns(question, base, theirs, mine, files),
        "form": AnswerForm(question, initial=initial_of(question, mine, assignment.newest)),
        "held": held_of(mine, files), "findings": shown_findings(findings(question, mine), dict(mine.waivers)),
    }  # fmt: skip
    return render(request, "campaign/compare.html", context)
