"""The one clock. Tests freeze it by replacing `now`."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where the city is (offices count days in local time, not in UTC)."""
    return now().astimezone(LOCAL).date()


def start_of(day: date) -> datetime:
    """The moment at which a day begins where the city is, in UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)
