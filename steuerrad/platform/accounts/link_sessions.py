"""What a session that began with a link in a mail may not do: change how one signs in, make keys, or outlive the
roles for which a link is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from steuerrad.platform.accounts.sign_in_links import SESSION_MARK, still_good

CLOSED = ("/account/", "/admin/", "/api/keys/")
OPEN = ("/account/logout/", "/account/login/")


@receiver(user_logged_in)
def forget_link(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A full sign-in in the same browser is one; the link's view sets its mark after this."""
    if hasattr(request, "session") and request.session.pop(SESSION_MARK, None):
        request.session.set_expiry(None)


class NoAccountSettings:
    """Middleware: the account's own pages ask for the full sign-in. Otherwise who read one mail could keep the
    account, by a password or a key of their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        by_link = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.get(SESSION_MARK)
        if by_link and request.user.is_authenticated and not still_good(request.user, by_link):
            # Meanwhile the links were withdrawn, or the person got a role that a mail must not open.
            logout(request)
            messages.warning(
                request, _("Your link does not hold any more. Please sign in with your password.")
            )
            return redirect(settings.LOGIN_URL)
        if by_link and path.startswith(CLOSED) and not path.startswith(OPEN):
            messages.warning(
                request,
                _(
                    "You signed in by a link in a mail. For this page sign out and sign in with your password."
                ),
            )
            return redirect(settings.LOGIN_REDIRECT_URL)
        return self.get_response(request)
