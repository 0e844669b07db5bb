"""What an answer needs besides the request: who asks, the store of observations, the address of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db.models import Model, QuerySet

from steuerrad.kernel import clock
from steuerrad.platform.observations import queries
from steuerrad.platform.observations.store import Observations


@dataclass(frozen=True)
class Context:
    """who: the account (AnonymousUser for visitors). base: address of the service root, without a slash at the end."""

    who: Any
    base: str
    store: Observations
    now: datetime = field(default_factory=clock.now)
    #: Observations of a group of requests that go to the store only when the whole group holds; None: at once.
    pending: list[pa.Table] | None = None

    def see(self, model: type[Model]) -> QuerySet[Any]:
        """The entities of one kind that the caller may see."""
        return queries.visible(self.who, model)
