"""The reference page of the API and the keys of the signed-in person."""

from __future__ import annotations

from functools import cache

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import get_resolver
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from ninja import NinjaAPI

from steuerrad.platform.http_api.forms import TokenForm
from steuerrad.platform.http_api.models import ApiToken
from steuerrad.platform.http_api.reference import Operation, operations
from steuerrad.platform.http_api.tokens import create_token, withdraw_token


def running_api() -> NinjaAPI:
    """The API object that the address table was built with."""
    return get_resolver().urlconf_module.api  # type: ignore[union-attr]


@cache
def described_operations() -> dict[str, list[Operation]]:
    """The description does not change while the program runs, and making it takes a tenth of a second."""
    return operations(running_api().get_openapi_schema())


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    context = {"groups": described_operations(), "heading": _("Programming interface (API)")}
    return render(request, "http_api/reference.html", context)


@never_cache  # it shows a new key once
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    form, made = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        made = create_token(request.user, form.cleaned_data["name"])
        form = TokenForm()
    context = {
        "form": form,
        "made": made,
        "tokens": ApiToken.objects.filter(user=request.user),
        "heading": _("API keys"),
    }
    return render(request, "http_api/tokens.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    if withdraw_token(request.user, pk):
        messages.success(request, _("The key is withdrawn."))
    return redirect("http_api:tokens")
