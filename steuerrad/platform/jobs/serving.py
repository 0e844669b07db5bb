"""A made file as an HTTP answer, for those who may have it; the view has looked at that."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from steuerrad.platform.jobs.making import Making
from steuerrad.platform.tables.http import attachment


def made_file(made: Making, stem: str, extension: str, content_type: str) -> FileResponse:
    """stem: name of the download. Raises Http404 when it is not ready, or gone."""
    if made.state != Making.READY:
        raise Http404("not ready")
    try:
        content = default_storage.open(made.path, "rb")
    except FileNotFoundError as error:
        raise Http404("the file is gone; make it again") from error
    response = FileResponse(content, content_type=content_type)
    response["Content-Disposition"] = attachment(stem, extension)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
