"""Writes of the climate: the outline of the city that maps and coverage use."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from steuerrad.kernel import clock
from steuerrad.modules.climate.permissions import OUTLINE
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record
from steuerrad.platform.city.models import CityOutline
from steuerrad.platform.city.outline import OutlineError, checked


def set_outline(
    user: Any, text: bytes, *, file_name: str, property_name: str, source: str, licence: str, url: str = ""
) -> CityOutline:
    """Keep a GeoJSON file as the outline from now on. Raises PermissionDenied, ValidationError by field.

    property_name: of the features, with the name of a district; empty where they have none.
    """
    require(user, OUTLINE)
    try:
        document = checked(text, property_name, file_name)
    except OutlineError as error:
        raise ValidationError({"file": str(error)}) from error
    features = document["features"]
    named = sum(bool(feature["properties"]["name"]) for feature in features)
    row = CityOutline(
        document=document, file_name=file_name[:200], source=source, licence=licence, url=url, areas=len(features),
        named=named, made_at=clock.now(),
    )  # fmt: skip
    row.full_clean()
    with transaction.atomic():
        row.save()
        changes = {"areas": (None, row.areas), "licence": (None, licence), "file": (None, row.file_name)}
        record(user, "climate.outline_set", f"city.outline:{row.pk}", title=source, changes=changes)
    return row


def withdraw_outline(user: Any, row: CityOutline) -> None:
    """No longer use an outline; the one before it counts again. Raises PermissionDenied."""
    require(user, OUTLINE)
    if row.withdrawn_at is not None:
        return
    now = clock.now()
    with transaction.atomic():
        CityOutline.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=now)
        record(user, "climate.outline_withdraw", f"city.outline:{row.pk}", title=row.source,
               changes={"withdrawn": (None, now.isoformat())})  # fmt: skip
    row.withdrawn_at = now
