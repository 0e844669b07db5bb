"""Rating measures by the criteria of the strategy: several people, blind until one's own rating is given."""

from __future__ import annotations

from collections.abc import Collection

#: From "does not apply" to "fully"; None stands for "cannot judge".
SCALE = range(5)


def is_grade(value: int | None) -> bool:
    return value is None or value in SCALE


def may_see(criteria: Collection[str], own: Collection[str], *, rates: bool) -> bool:
    """Whether a person sees the ratings of others: those who rate only after having rated every criterion."""
    return not rates or set(criteria) <= set(own)
