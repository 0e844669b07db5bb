"""`steuerrad manage write_reference`: docs/reference/ from the registry, the option table and the API."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import get_resolver
from django.utils.module_loading import import_string
from django.utils.translation import override

from steuerrad.portal.reference import pages


def texts() -> dict[str, str]:
    """All generated files below docs/reference/ by name."""
    with override("en"):
        found = pages()
        found["settings.md"] = import_string("steuerrad.config.reference.settings_page")()
        schema = get_resolver().urlconf_module.api.get_openapi_schema()  # type: ignore[union-attr]
        found["openapi.json"] = (
            json.dumps(schema, indent=1, ensure_ascii=False, default=str, sort_keys=True) + "\n"
        )
    return found


class Command(BaseCommand):
    help = "Write the reference pages that are made from the program."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.ROOT / "docs" / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts().items():
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"wrote docs/reference/{name}")
