"""The questions of a round as a table with filters, and deciding about many at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from steuerrad.modules.campaign.actions.reviewing import Bulk, check_many, release_many
from steuerrad.modules.campaign.forms_filter import QuestionFilterForm
from steuerrad.modules.campaign.models import RoundQuestion
from steuerrad.modules.campaign.queries import rounds as queries
from steuerrad.modules.campaign.queries.access import CHECK, COORDINATE, RELEASE
from steuerrad.modules.campaign.rules.states import decidable
from steuerrad.modules.campaign.views.parts import back, members_only, round_crumbs, visible_page
from steuerrad.platform.accounts.access import allowed

MOST_AT_ONCE = 500
SHOWN_REFUSALS = 10


@members_only
@require_safe
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = queries.round_for(request.user, pk)
    form = QuestionFilterForm(round_, request.GET or None)
    wanted = form.wanted() if request.GET else queries.QuestionFilter()
    page = visible_page(request, queries.table(request.user, round_, wanted))
    checks, releases = allowed(request.user, CHECK), allowed(request.user, RELEASE)
    context = {
        "heading": _("Questions"),
        "preline": round_.title,
        "breadcrumbs": round_crumbs(round_, (_("Questions"), "")),
        "round": round_, "coordinates": allowed(request.user, COORDINATE), "filter_form": form, "filtered": wanted != queries.QuestionFilter(),
        "page_obj": page, "rows": list(page.object_list),
        "checks": checks, "releases": releases,
        "selectable": (checks or releases) and round_.state == "open",
    }  # fmt: skip
    return render(request, "campaign/questions.html", context)


@members_only
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Check or release what is ticked, each answer for itself; says why the others were not."""
    round_ = queries.round_for(request.user, pk)
    wanted = pairs(request.POST.getlist("chosen"))
    own = set(
        RoundQuestion.objects.filter(round=round_, pk__in=[key for key, _ in wanted]).values_list(
            "pk", flat=True
        )
    )
    wanted = [pair for pair in wanted if pair[0] in own]
    address = reverse("campaign:questions", args=[pk])
    if not wanted:
        messages.warning(request, _("Nothing is ticked."))
        return back(request, address)
    if request.POST.get("do") == "release":
        result = release_many(request.user, wanted)
        done = ngettext("%(count)d answer released.", "%(count)d answers released.", result.done)
    else:
        result = check_many(request.user, wanted)
        done = ngettext("%(count)d answer checked.", "%(count)d answers checked.", result.done)
    tell(request, result, done % {"count": result.done})
    return back(request, address)


def pairs(chosen: list[str]) -> list[tuple[int, int]]:
    """ "17:3" is question 17 in revision 3; anything else is left out."""
    found = []
    for text in chosen[:MOST_AT_ONCE]:
        question, _sign, revision = text.partition(":")
        if (
            question.isascii()
            and question.isdigit()
            and revision.isascii()
            and revision.isdigit()
            and max(len(question), len(revision)) < 19  # else no number of a database
        ):
            found.append((int(question), int(revision)))
    return found


def tell(request: HttpRequest, result: Bulk, done: str) -> None:
    if result.done:
        messages.success(request, done)
    codes = dict(
        RoundQuestion.objects.filter(pk__in=[key for key, _why in result.refused]).values_list("pk", "code")
    )
    for key, why in result.refused[:SHOWN_REFUSALS]:
        messages.error(request, f"{codes.get(key, key)}: {why}")
    left = len(result.refused) - SHOWN_REFUSALS
    if left > 0:
        messages.error(request, _("%(count)d more were refused.") % {"count": left})


@members_only
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes, in all open rounds."""
    checks, releases = allowed(request.user, CHECK), allowed(request.user, RELEASE)
    if not checks and not releases:
        return redirect("campaign:tasks")
    found = queries.to_check(request.user)
    states = decidable(checks=checks, releases=releases)
    page = visible_page(request, found.filter(state__in=states).prefetch_related("current__evidence__file"))
    rows = list(page.object_list)
    own = own_work(request, [row.question_id for row in rows])
    context = {
        "heading": _("To check and release"),
        "lead": _("What others have answered. Look at the difference to last time and at the evidence."),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Data campaign"), reverse("campaign:index")), (_("To check and release"), "")],
        "page_obj": page, "rows": [(row, row.question_id in own) for row in rows], "checks": checks, "releases": releases,
    }  # fmt: skip
    return render(request, "campaign/review.html", context)


def own_work(request: HttpRequest, questions: list[int]) -> set[int]:
    """Those to which the person contributed a revision. One query; the page of the question knows it exactly."""
    rows = RoundQuestion.objects.filter(pk__in=questions, answers__author=request.user)
    return set(rows.values_list("pk", flat=True))
