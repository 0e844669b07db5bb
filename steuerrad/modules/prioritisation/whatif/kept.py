"""What is expensive to make, kept in this process: a bounded number of things, each made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """The `most` things asked for last. Two threads that ask for the same wait for one making; a failure is not kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, Thing] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._things:
                    return self._things[key]
            try:
                thing = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._things[key] = thing
                while len(self._things) > self.most:
                    self._things.popitem(last=False)
            return thing

    def peek(self, key: Hashable) -> Thing | None:
        """The thing if it is there; nothing is made."""
        with self._lock:
            return self._things.get(key)

    def forget(self) -> None:
        with self._lock:
            self._things.clear()

    def __len__(self) -> int:
        return len(self._things)
