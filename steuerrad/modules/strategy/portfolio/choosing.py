"""The measures that a filter form chooses, and the choice in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.forms_views import OWN_FIELDS
from steuerrad.modules.strategy.portfolio.queries import overview
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.queries.measures import MeasureFilter


def filtered(user: Any, values: dict[str, Any], *, sort: str = "number") -> list[MeasureState]:
    """The measures that fit the values of a filter form, as far as the person may see them."""
    rest = {name: value for name, value in values.items() if name not in OWN_FIELDS}
    own = {name: values[name] for name in ("light", "timeliness", "report") if values.get(name)}
    return overview.table(user, overview.PortfolioFilter(MeasureFilter(**rest, sort=sort), **own))


def chosen(form: PortfolioFilterForm) -> list[tuple[str, str]]:
    """The filter in words: (field, choice)."""
    found = []
    for name, value in form.values().items():
        field = form.fields[name]
        if name != "sort" and field.label:
            words = {str(key): str(label) for key, label in _flat(getattr(field, "choices", ()))}
            found.append((str(field.label), words.get(str(value), str(value))))
    return found or [(_("Choice"), _("all measures"))]


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += label if isinstance(label, list | tuple) else [(key, label)]
    return found
