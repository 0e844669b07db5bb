"""The reference page of the settings, from the option table."""

from __future__ import annotations

from pathlib import Path

from steuerrad.config.options import OPTIONS, ROOT
from steuerrad.portal.reference import HEADER, table


def settings_page() -> str:
    """Markdown for docs/reference/settings.md; paths are shown relative to the checkout."""
    rows = []
    for option in OPTIONS:
        default = option.default
        if isinstance(default, Path):
            default = f"./{default.relative_to(ROOT)}"
        elif isinstance(default, list):
            default = ",".join(default)
        rows.append((f"`{option.name}`", f"`{default}`" if default not in ("", None) else "–", option.help))
    return (
        "# Settings\n\n" + HEADER + "Environment variables.\n\n" + table(("name", "default", "meaning"), rows)
    )
