"""Signing in by a link: looking shows a button, pressing it signs in; an old link offers a new one."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.platform.accounts.sign_in_links import SESSION_HOURS, SESSION_MARK, find, is_local, redeem

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


class NewLinkForm(forms.Form):
    """Asks for the address. path: where the new link shall lead."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    path = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def clean_path(self) -> str:
        path = self.cleaned_data["path"]
        return path if is_local(path) else reverse(settings.LOGIN_REDIRECT_URL)


def _sealed(response: HttpResponse) -> HttpResponse:
    """The address holds a secret: it goes into no search engine, and not as a Referer to any address, the own ones
    included, whose servers log it. No "no-referrer" here: with it a browser sends the form with "Origin: null", which
    the CSRF check refuses."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "strict-origin"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing, because scanners of mail servers open every link; POST signs in."""
    found = find(token)
    if found is None:
        # Only misses count: a whole city hall can stand behind one address. (allauth counts POST, which tries a token.)
        if not ratelimit.consume(request, action="sign_in_link"):
            return _sealed(ratelimit.respond_429(request))
        return _sealed(_dead(request))
    if request.method == "POST":
        used = redeem(token)
        if used is None:  # somebody was faster with a link for one use
            return _sealed(_dead(request))
        login(request, used.user, backend=BACKEND)  # a new session key; a session of somebody else is emptied
        request.session[SESSION_MARK] = clock.now().isoformat()
        request.session.set_expiry(SESSION_HOURS * 3600)
        return _sealed(redirect(used.path))
    if request.user.is_authenticated and request.user.pk == found.user.pk:
        return _sealed(redirect(found.path))
    context = {
        "heading": _("Sign in"), "person": found.user, "path": found.path, "expires": found.expires_at,
        "once": found.once, "other": request.user if request.user.is_authenticated else None,
    }  # fmt: skip
    return _sealed(render(request, "accounts/link.html", context))


def _dead(request: HttpRequest) -> HttpResponse:
    """The same page for links that are old, used, withdrawn and invented."""
    context: dict[str, Any] = {
        "heading": _("This link is no longer valid"),
        "form": NewLinkForm(),
        "dead": True,
    }
    return render(request, "accounts/new_link.html", context, status=410)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same whether there is such an account or not."""
    form = NewLinkForm(request.POST or None, initial={"path": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="new_sign_in_link"):
            return ratelimit.respond_429(request)
        email = form.cleaned_data["email"].lower()
        if ratelimit.consume(request, action="new_sign_in_link_address", key=email):
            publish("accounts.link_wanted", email=email, path=form.cleaned_data["path"])
        return render(request, "accounts/link_sent.html", {"heading": _("Look into your mailbox")})
    return render(request, "accounts/new_link.html", {"heading": _("Sign in by mail"), "form": form})
