from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from steuerrad.modules.city_index.models import Result


@admin.register(Result)
class ResultAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Only for looking: results come from files with their import, and a correction is a further source."""

    list_display = ("edition", "city", "category_key", "indicator", "score", "rank", "source")
    list_filter = ("edition", "category_key")
    search_fields = ("city__name", "indicator", "source")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
