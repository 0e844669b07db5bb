"""Readings over hours to years: many points, the range that each of them stands for, and bounds to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.specs import Chart, Table, known
from steuerrad.platform.ui.charts.words import capital


@dataclass(frozen=True)
class Reading:
    """A value at a moment (aware); low and high: range of what was thinned out into it."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Readings:
    """One line. gap_s: more seconds than that between two readings leave a gap in the line."""

    name: str
    points: tuple[Reading, ...]
    gap_s: float = float("inf")


@dataclass(frozen=True)
class Limit:
    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class TimeChart(Chart):
    """start, end: what the axis shows, also where nothing was read. bars: sums, drawn from zero instead of lines.

    figures: the table beside, when it is coarser than the picture; else all points.
    """

    lines: tuple[Readings, ...]
    start: datetime
    end: datetime
    zone: str = "Europe/Berlin"
    limits: tuple[Limit, ...] = ()
    bars: bool = False
    figures: Table | None = None

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def moment_text(self, moment: datetime) -> str:
        local = self.local(moment)
        return local.strftime("%d.%m.%Y %H:%M" if self.language == "de" else "%Y-%m-%d %H:%M")

    def table(self) -> Table:
        if self.figures is not None:
            return self.figures
        moments = sorted({point.at for line in self.lines for point in line.points})
        columns = [{point.at: point.value for point in line.points} for line in self.lines]
        rows = tuple(
            (self.moment_text(at), *(self.figure(column.get(at)) for column in columns)) for at in moments
        )
        header = (capital(self.say("date")), *(self._named(line.name) for line in self.lines))
        return Table(self.title, header, rows, (False, *(True for _ in self.lines)))

    def summary(self) -> str:
        """The description, or each line's lowest, highest and last value."""
        return self.description or " ".join(self._told(line) for line in self.lines) or self.say("none")

    def _told(self, line: Readings) -> str:
        found = [point for point in line.points if known(point.value) is not None]
        if not found:
            return f"{line.name}: {self.say('none')}"
        low = min(known(p.low) if known(p.low) is not None else float(p.value or 0) for p in found)  # type: ignore[type-var]
        high = max(known(p.high) if known(p.high) is not None else float(p.value or 0) for p in found)  # type: ignore[type-var]
        span = f"{self.figure(low)} {self.say('to')} {numbers.with_unit(self.figure(high), self.unit)}"
        return f"{line.name}: {span} ({self.moment_text(found[0].at)} – {self.moment_text(found[-1].at)})."
