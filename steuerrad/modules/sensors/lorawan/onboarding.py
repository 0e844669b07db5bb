"""Devices made known by a table: all of its rows, or none, with every fault named by line and column."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.lorawan import actions
from steuerrad.platform.organisations.models import Organisation

REQUIRED = ("dev_eui", "profile", "name")
COLUMNS = (*REQUIRED, "organisation", "latitude", "longitude", "interval_s")
MOST_ROWS = 10_000
MOST_BYTES = 4 * 1024**2
SHOWN = 50


def register_file(user: Any, content: bytes) -> int:
    """Returns how many devices are new. Raises ValidationError with one message a fault; nothing is made then."""
    rows = table_rows(content, REQUIRED, COLUMNS)
    organisations = {row.key: row for row in Organisation.objects.all()}
    faults: list[str] = []
    with transaction.atomic():
        for line, row in rows:
            try:
                with transaction.atomic():
                    _register(user, row, organisations)
            except ValidationError as error:
                for column, reasons in error.message_dict.items():
                    faults += [place(line, column, reason) for reason in reasons]
            except PermissionDenied:
                faults.append(place(line, "organisation", _("You do not hold the right for this.")))
            if len(faults) >= SHOWN:
                break
        if faults:
            raise ValidationError([ValidationError(fault) for fault in faults[:SHOWN]])
    return len(rows)


def place(line: int, column: str, reason: str) -> str:
    return _("line %(line)d, %(column)s: %(reason)s") % {"line": line, "column": column, "reason": reason}


def table_rows(
    content: bytes, required: tuple[str, ...], columns: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    """(line, cells by column) of a table of devices. Raises ValidationError for another one."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file has more than 4 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The file is not in UTF-8.")) from error
    if "\0" in text:
        raise ValidationError(_("The file is no table of text."))
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    header = [name.strip() for name in reader.fieldnames or ()]
    if missing := [name for name in required if name not in header]:
        raise ValidationError(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if unknown := [name for name in header if name not in columns]:
        raise ValidationError(_("Columns are not known: %(names)s") % {"names": ", ".join(unknown)[:200]})
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        for row in reader:
            values = {
                str(name).strip(): (value or "").strip()
                for name, value in row.items()
                if isinstance(value, str)
            }
            if any(values.values()):
                rows.append((reader.line_num, values))
    except csv.Error as error:
        raise ValidationError(_("The file is no table of text.")) from error
    if not rows or len(rows) > MOST_ROWS:
        raise ValidationError(_("A file holds 1 to 10,000 devices."))
    return rows


def _register(user: Any, row: dict[str, str], organisations: dict[str, Organisation]) -> None:
    key = row.get("organisation", "")
    if key and key not in organisations:
        raise ValidationError({"organisation": _("There is no organisation with this key.")})
    latitude, longitude = number(row, "latitude"), number(row, "longitude")
    if (latitude is None) != (longitude is None):
        raise ValidationError({"latitude": _("Latitude and longitude belong together.")})
    interval = number(row, "interval_s")
    actions.register(
        user, row["dev_eui"], row["profile"], name=row["name"], organisation=organisations.get(key),
        point=None if latitude is None or longitude is None else (longitude, latitude),
        interval_s=None if interval is None else int(interval),
    )  # fmt: skip


def number(row: dict[str, str], column: str) -> float | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e9:
        raise ValidationError({column: _("This is no number.")})
    return value
