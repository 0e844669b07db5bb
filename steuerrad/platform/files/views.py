"""Handing files out: as downloads only, never as a page of this site."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.platform.files import queries

#: Even a browser that opens the file in a tab gives it no script, no form, and no share in this site.
SANDBOX = "default-src 'none'; sandbox"


@require_safe
def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    file = queries.readable(key, request.user)
    if file is None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404(_("There is no such file."))
    try:
        stream = file.open()
    except FileNotFoundError as error:
        raise Http404(_("The content of this file is missing in the storage.")) from error
    response = FileResponse(stream, as_attachment=True, filename=file.name, content_type=file.content_type)
    response["Content-Length"] = str(file.size)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
