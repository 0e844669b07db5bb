"""The person's own list and preferences; the page behind the link in a mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.platform.notifications import queries
from steuerrad.platform.notifications.actions import mark_read, recipient_of, set_preferences
from steuerrad.platform.notifications.forms import PreferencesForm
from steuerrad.platform.notifications.letters import recipient_of_token

PAGE_ROWS = 30


@login_required
@require_safe
def own_list(request: HttpRequest) -> HttpResponse:
    titles = queries.topic_titles()
    page = Paginator(queries.notifications_of(request.user), PAGE_ROWS).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.topic_title = titles.get(row.topic, "")
    recipient = queries.recipient_for(request.user)
    context = {
        "heading": _("Notifications"),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Notifications"), "")],
        "page": page,
        "page_obj": page,
        "refused": recipient.refused if recipient else "",
    }
    return render(request, "notifications/list.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one (pk) as read, all where none is named, and none for what is no number."""
    text = request.POST.get("pk", "")
    one = [int(text)] if text.isdecimal() and len(text) < 19 else []
    mark_read(request.user, one if text else None)
    return redirect("notifications:list")


@login_required
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it points."""
    row = queries.notifications_of(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404(_("There is no such notification."))
    mark_read(request.user, [row.pk])
    return redirect(row.url or "notifications:list")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    recipient = queries.recipient_for(request.user)
    form = PreferencesForm(recipient, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        own = recipient or recipient_of(request.user)
        set_preferences(own, language=form.cleaned_data["language"], muted=form.muted, actor=request.user)
        messages.success(request, _("Your preferences are saved."))
        return redirect("notifications:list")
    context = {
        "heading": _("What you get mail about"),
        "breadcrumbs": [
            (_("Home"), reverse("home")),
            (_("Notifications"), reverse("notifications:list")),
            (_("Preferences"), ""),
        ],
        "form": form,
        "obligatory": queries.topics(optional=False),
        "address": request.user.email,
        "cancel_url": reverse("notifications:list"),
    }
    return render(request, "notifications/preferences.html", context)


@csrf_exempt  # a mail program posts List-Unsubscribe=One-Click (RFC 8058) from nowhere; the token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; one click turns off all mail that can be turned off; the form chooses."""
    recipient = recipient_of_token(token)
    if recipient is None:
        raise Http404(_("This link is no longer valid."))
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    form = PreferencesForm(recipient, request.POST if request.method == "POST" and not one_click else None)
    done = False
    if one_click:
        muted = {item.id for item in queries.topics(optional=True)}
        set_preferences(recipient, language=recipient.language, muted=muted, actor=None)
        done = True
    elif request.method == "POST" and form.is_valid():
        set_preferences(recipient, language=form.cleaned_data["language"], muted=form.muted, actor=None)
        done = True
    context = {
        "heading": _("What you get mail about"), "form": form, "done": done,
        "obligatory": queries.topics(optional=False), "address": recipient.mail_address,
    }  # fmt: skip
    response = render(request, "notifications/preferences.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
