"""Doing what a form or a button asks for, and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError


def attempt(request: HttpRequest, form: Form, act: Callable[[], Any], success: Any) -> bool:
    """Do it; what is refused stands at its field, and nothing is lost of what was typed."""
    try:
        act()
    except RefusedError as error:
        refuse(form, error)
        if isinstance(error, ConflictError):
            messages.error(request, str(error.message))
        return False
    messages.success(request, success)
    return True


def settle(
    request: HttpRequest, form: Form, act: Callable[[], Any], success: Any, page: Any
) -> HttpResponse | None:
    """The same; leads to the page also when somebody was faster: it shows what stands now. None: look at the form."""
    try:
        act()
    except ConflictError as error:
        messages.error(request, str(error.message))
    except RefusedError as error:
        refuse(form, error)
        return None
    else:
        messages.success(request, success)
    return redirect(page)


def refuse(form: Form, error: RefusedError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


def told(request: HttpRequest, act: Callable[[], Any], success: Any) -> bool:
    """Do what a button without a form asks for; a refusal is a message."""
    try:
        act()
    except RefusedError as error:
        messages.error(request, str(error.message))
        return False
    messages.success(request, success)
    return True
