"""The stretch of time that a page shows: the last day, week, month, year, everything, or two dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from steuerrad.engines.observations import Period, micros, moment
from steuerrad.kernel import clock
from steuerrad.platform.observations.store import observations

SPANS = {
    "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31), "year": timedelta(days=366),
}  # fmt: skip
#: Years that a page may reach back and that dates may lie ahead.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Stretch:
    """start <= time < end, aware. moved: nothing was read lately, so the stretch ends with the last reading."""

    start: datetime
    end: datetime
    moved: bool = False

    @property
    def low(self) -> int:
        return micros(self.start)

    @property
    def high(self) -> int:
        return micros(self.end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def sums(self) -> tuple[str, Period]:
        """Hours, days or months: what sums are told by."""
        if self.length <= timedelta(days=3):
            return "hour", Period.fixed(3600)
        return (
            ("day", Period.calendar("day"))
            if self.length <= timedelta(days=100)
            else ("month", Period.calendar("month"))
        )

    def rows(self) -> Period:
        """What a table tells by, so that it has some dozen rows."""
        for limit, text in ((2, "PT1H"), (70, "P1D"), (500, "P1W"), (3000, "P1M")):
            if self.length <= timedelta(days=limit):
                return Period.parse(text)
        return Period.parse("P1Y")


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def stretch(
    name: str, numbers: Iterable[int], since: date | None = None, until: date | None = None
) -> Stretch:
    """name: of SPANS, "all" or "dates". Without a reading in the span it ends with the last reading there is."""
    now = clock.now()
    if name == "dates" and (since or until):
        first = since or (until or now.date()) - timedelta(days=31)
        last = until or now.astimezone(zone()).date()
        return Stretch(_midnight(first), _midnight(max(first, last) + timedelta(days=1)))
    first, last = extent(numbers)
    if name == "all" and first is not None and last is not None:
        return Stretch(first, last + timedelta(seconds=1))
    span = SPANS.get(name, SPANS["week"])
    if last is not None and last < now - span:
        return Stretch(last - span, last + timedelta(seconds=1), moved=True)
    return Stretch(now - span, now)


def extent(numbers: Iterable[int]) -> tuple[datetime | None, datetime | None]:
    """First and last reading of some datastreams."""
    chosen = list(numbers)
    if not chosen:
        return None, None
    with observations() as store:
        table = store.extents(chosen)
    if not table.num_rows:
        return None, None
    return moment(min(table.column("first").to_pylist())), moment(max(table.column("last").to_pylist()))


def _midnight(day: date) -> datetime:
    return datetime.combine(min(max(day, EARLIEST), LATEST), time(), zone())
