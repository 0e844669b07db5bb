"""The one clock. Tests freeze it by replacing `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where the city is (offices count days in local time, not in UTC)."""
    return now().astimezone(LOCAL).date()
