"""The audit log as a table, for those who may read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.platform.audit.models import AuditEntry


def entry_rows(user: Any) -> Iterator[dict[str, Any]]:
    names = ("at", "actor_name", "action", "ref", "title", "changes", "reason")
    for row in AuditEntry.objects.order_by("at", "pk").values(*names).iterator(chunk_size=2000):
        yield row | {"changes": json.dumps(row["changes"], ensure_ascii=False)}


DATASETS = (
    Dataset(
        "audit.entries",
        _("Audit log"),
        _("Every change with person, time and reason."),
        (
            Column("at", _("Time"), "datetime"),
            Column("actor_name", _("Person")),
            Column("action", _("Action")),
            Column("ref", _("Object")),
            Column("title", _("Title")),
            Column("changes", _("Changes"), description=_("JSON: field to value before and after")),
            Column("reason", _("Reason")),
        ),
        entry_rows,
        permission="audit.read",
        licence="–",
    ),
)
