"""Filters of the pages of prioritisation: `{% load prioritisation %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def entry(found: Mapping[str, Any] | None, key: str) -> Any:
    """`{{ works|entry:row.key }}`: what a mapping holds under a key that is no word, or nothing."""
    return (found or {}).get(key, "")
