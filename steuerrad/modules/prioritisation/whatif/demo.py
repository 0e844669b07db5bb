"""A demo scenario, labelled as one everywhere: its assumptions are made up."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from steuerrad.modules.prioritisation.models import Scenario
from steuerrad.modules.prioritisation.whatif import actions, fields
from steuerrad.modules.prioritisation.whatif.rules import Change, Row
from steuerrad.platform.accounts.models import User

RAISED = 20.0  # points on each figure
FIGURES = 3


def make_demo_scenario(folder: Path | None) -> list[str]:
    """Two scenarios over the newest edition with own values, where there is one and demo logins exist."""
    author = User.objects.filter(is_demo=True, memberships__role="coordinator").order_by("pk").first()
    if author is None or Scenario.objects.filter(is_demo=True).exists():
        return []
    found = _newest_with_room()
    if found is None:
        return []
    loaded, rows = found
    low = sorted(rows, key=lambda row: (row.present or 0.0, row.key))[:FIGURES]
    note = _("Made-up assumptions: nobody has planned or promised these values.")
    certain = actions.draft(
        loaded, [_raise(row, 0.0, 1.0) for row in low[:1]], _("Demo: one indicator"), note
    )
    unsure = actions.draft(
        loaded, [_raise(row, RAISED / 2, 0.7) for row in low], _("Demo: three indicators"), note
    )
    for asked in (certain, unsure):
        actions.save_scenario(author, asked, is_demo=True)
    return [f"2 demo scenarios over {loaded.edition.title}"]


def _raise(row: Row, less: float, probability: float) -> Change:
    likely = (row.present or 0.0) + RAISED
    return Change(row.key, likely - less, likely, likely, row.of, "value", probability)


def _newest_with_room() -> tuple[fields.Loaded, list[Row]] | None:
    """The newest edition with enough published own values that can rise, and these."""
    for source, edition in fields.editions():
        loaded = fields.load(source.id, edition.key)
        rows = [row for row in loaded.rows.values() if row.present is not None and row.headroom >= RAISED]
        if len(rows) >= FIGURES:
            return loaded, rows
    return None
