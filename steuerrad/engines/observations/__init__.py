# pyright: reportUnknownVariableType=false
"""Observations of sensors: taken without loss, stored once, read fast. See docs/adr/0015-observation-store.md."""

from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.backup import Manifest, restore
from steuerrad.engines.observations.batch import MOST_STREAM, SCHEMA, batch, checked
from steuerrad.engines.observations.dead import Dead
from steuerrad.engines.observations.deleting import Retention
from steuerrad.engines.observations.faults import (
    BatchError,
    Busy,
    Closed,
    Forked,
    InUse,
    JournalFull,
    Problem,
    StoreFault,
    TooMuch,
    Unavailable,
)
from steuerrad.engines.observations.following import Follower, Submitted
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.notes import CORRECTIONS, FLAGS
from steuerrad.engines.observations.periods import Period
from steuerrad.engines.observations.room import Options
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.times import (
    HIGHEST,
    LOWEST,
    instants,
    intervals,
    iso,
    micros,
    moment,
)
from steuerrad.engines.observations.writer import Receipt, Status, Writer, open_folder

__all__ = [
    "CORRECTIONS", "FLAGS", "HIGHEST", "LOWEST", "MOST_STREAM", "SCHEMA", "BatchError", "Busy", "Closed", "Dead",
    "Follower", "Forked", "InUse", "Journal", "JournalFull", "Manifest", "Options", "Outcome", "Period", "Problem",
    "Receipt", "Retention", "Status", "Store", "StoreFault", "Submitted", "TooMuch", "Unavailable", "Writer", "batch",
    "checked", "instants", "intervals", "iso", "micros", "moment", "open_folder", "restore",
]  # fmt: skip
