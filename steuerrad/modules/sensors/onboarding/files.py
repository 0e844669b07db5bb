"""Devices made known by a table: all of its rows, or none, with every fault named by line and column."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.lorawan import onboarding as rows
from steuerrad.modules.sensors.onboarding.actions import register
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.organisations.models import Organisation

REQUIRED = ("template", "name")
COLUMNS = (
    *REQUIRED,
    "key",
    "dev_eui",
    "organisation",
    "latitude",
    "longitude",
    "origin",
    "interval_s",
    "description",
)
SHOWN = 50


def register_file(user: Any, content: bytes) -> int:
    """Returns how many devices are new. Raises ValidationError with one message a fault; nothing is made then."""
    lines = rows.table_rows(content, REQUIRED, COLUMNS)
    organisations = {row.key: row for row in Organisation.objects.all()}
    faults: list[str] = []
    with transaction.atomic():
        for line, row in lines:
            try:
                with transaction.atomic():
                    _register(user, row, organisations)
            except ValidationError as error:
                found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
                faults += [
                    rows.place(line, column, reason)
                    for column, reasons in found.items()
                    for reason in reasons
                ]
            except PermissionDenied:
                faults.append(rows.place(line, "organisation", _("You do not hold the right for this.")))
            if len(faults) >= SHOWN:
                break
        if faults:
            raise ValidationError([ValidationError(fault) for fault in faults[:SHOWN]])
    return len(lines)


def _register(user: Any, row: dict[str, str], organisations: dict[str, Organisation]) -> None:
    owner, origin = row.get("organisation", ""), row.get("origin", "") or Thing.CITY
    if owner and owner not in organisations:
        raise ValidationError({"organisation": _("There is no organisation with this key.")})
    if origin not in dict(Thing.ORIGINS):
        raise ValidationError(
            {"origin": _("use one of %(names)s") % {"names": ", ".join(dict(Thing.ORIGINS))}}
        )
    latitude, longitude, interval = (
        rows.number(row, name) for name in ("latitude", "longitude", "interval_s")
    )
    if (latitude is None) != (longitude is None):
        raise ValidationError({"latitude": _("Latitude and longitude belong together.")})
    register(
        user, row.get("template", ""), name=row.get("name", ""), key=row.get("key", ""), dev_eui=row.get("dev_eui", ""),
        description=row.get("description", ""), organisation=organisations.get(owner), origin=origin,
        point=None if latitude is None or longitude is None else (longitude, latitude),
        interval_s=None if interval is None else int(interval),
    )  # fmt: skip
