"""A city in the test database, loaded once for all files of tests that follow each other and want it.

Loading takes seconds, a savepoint takes none: the city lies in an outer transaction that stays open, what a file
of tests adds for itself lies in a savepoint above it and goes with the file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction


class CityStage:
    """The city that is loaded (`city`, empty for none) and how many fixtures show something just now (`shown`)."""

    def __init__(self) -> None:
        self.city = ""
        self.shown = 0
        self.blocker: Any = None
        self._open = contextlib.ExitStack()

    @contextlib.contextmanager
    def show(self, slug: str) -> Iterator[None]:
        """The city is there while the block runs; what the block writes is undone.

        Inside another city's block it is loaded on top of that one, and undone with this block.
        """
        with self.blocker.unblock():
            if not self.shown:
                self._prepare(slug)
            with transaction.atomic():
                if self.city != slug:
                    load(slug)
                self.shown += 1
                try:
                    yield
                finally:
                    self.shown -= 1
                    transaction.set_rollback(True)

    def _prepare(self, slug: str) -> None:
        if self.city == slug:
            return
        self.clear()
        with contextlib.ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            load(slug)
            self._open = stack.pop_all()
        self.city = slug

    def clear(self) -> None:
        """Undo the loading, if there was one."""
        if not self.city:
            return
        self.city = ""
        with self.blocker.unblock():
            transaction.set_rollback(True)
            self._open.close()


def load(slug: str) -> None:
    """Read the city's folder and make the demo data of all modules."""
    from steuerrad.kernel.registry import registry
    from steuerrad.platform.city.loading import load_city

    load_city(slug)
    for demo in registry.all("demo"):
        demo.make(settings.CITIES_DIR / slug)
