"""A table as an HTTP answer in the form that was asked for."""

import re
from typing import Literal, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from steuerrad.platform.tables.table import Table
from steuerrad.platform.tables.write import csv_chunks, json_chunks
from steuerrad.platform.tables.write_workbook import xlsx_bytes

Format = Literal["csv", "xlsx", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
FORMATS = tuple(MEDIA_TYPES)


def wanted_format(request: HttpRequest, default: Format | None = None) -> Format | None:
    """The format asked for: ``?format=``, else the path's extension, else Accept, else ``default``."""
    asked = request.GET.get("format", "").strip().lower()
    if asked:
        return cast(Format, asked) if asked in FORMATS else None
    _, dot, extension = request.path.rstrip("/").rpartition("/")[2].rpartition(".")
    if dot and extension.lower() in FORMATS:
        return cast(Format, extension.lower())
    if "Accept" in request.headers and not request.accepts("text/html"):
        for name in ("json", "csv", "xlsx"):
            if request.accepts(MEDIA_TYPES[name].partition(";")[0]):
                return name
    return default


def attachment(stem: str, extension: str) -> str:
    """A Content-Disposition that every browser understands (RFC 6266), whatever the name holds."""
    name = re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:100] or "table"
    plain = name.encode("ascii", "ignore").decode() or "table"
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(name)}.{extension}"


def table_response(table: Table, kind: Format, *, stem: str | None = None) -> HttpResponseBase:
    """The table as a download. CSV and JSON are streamed, so ``table.rows`` may be a database cursor."""
    response: HttpResponseBase
    if kind == "xlsx":
        response = HttpResponse(xlsx_bytes(table), content_type=MEDIA_TYPES[kind])
    else:
        chunks = csv_chunks(table) if kind == "csv" else json_chunks(table)
        response = StreamingHttpResponse(chunks, content_type=MEDIA_TYPES[kind])
    response["Content-Disposition"] = attachment(stem or table.id, kind)
    response["X-Content-Type-Options"] = "nosniff"
    return response
