"""What became public, as a title, a text and an address."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models import KpiValue
from steuerrad.modules.strategy.public.plain import amount
from steuerrad.modules.strategy.public.queries import News
from steuerrad.platform.ui.templatetags.ui import day


@dataclass(frozen=True)
class Told:
    """A piece of news for people: html is never in it."""

    news: News
    title: str
    text: str
    url: str


def told(item: News) -> Told:
    url = item.ref.get_absolute_url()
    if item.kind == "status":
        return Told(item, *_status(item), url)
    if item.kind == "report":
        period = _("Report for %(start)s to %(end)s.") % {
            "start": day(item.detail.period_start),
            "end": day(item.detail.period_end),
        }
        return Told(
            item, _("New report: %(title)s") % {"title": item.ref.title}, f"{period} {item.detail.text}", url
        )
    return Told(item, *_value(item), url)


def _status(item: News) -> tuple[str, str]:
    row = item.detail
    title = f"{item.ref.title}: {row.get_status_display()}"
    text = _("As of %(day)s.") % {"day": day(row.since)}
    return title, f"{text} {row.reason}".strip()


def _value(item: News) -> tuple[str, str]:
    row: KpiValue = item.detail
    text = _("Value of %(day)s. Source: %(source)s") % {"day": day(row.date), "source": row.source}
    title = f"{item.ref.name}: {amount(row.value, item.ref.unit)}"
    return title, f"{_('Corrected.')} {text}" if row.revision > 1 else text
