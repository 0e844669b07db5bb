"""Writes in Django's administration, in the audit log like all others."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from steuerrad.platform.audit.log import record


class LoggedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An administration page whose every write has its entry, in the same transaction."""

    def log_addition(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002
        self._record(request, "add", object, message)
        return super().log_addition(request, object, message)

    def log_change(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002
        self._record(request, "change", object, message)
        return super().log_change(request, object, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._record(request, "delete", obj, "")
        return super().log_deletions(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        with transaction.atomic():  # "delete selected" runs here and opens no transaction of its own
            return super().changelist_view(request, extra_context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """Only account pages have it; Django saves the password outside of a transaction."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)  # type: ignore[misc]

    @staticmethod
    def _record(request: HttpRequest, verb: str, obj: Any, message: Any) -> None:
        kind = obj._meta.label_lower
        told = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False, default=str)
        record(
            request.user, f"admin.{verb}", f"{kind}:{obj.pk}"[:160], title=str(obj),
            changes={"administration": (None, told)} if told else None,
        )  # fmt: skip


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An administration page to look at only: what it shows is written elsewhere, with its entry in the log."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
