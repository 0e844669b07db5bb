"""Talking to the person at the terminal: faults in one sentence, steps with progress and seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEARTBEAT_SECONDS = 20.0


class Fault(Exception):  # noqa: N818 - it is a fault of the surroundings, told to a person
    """Something the person can act on; the text is one sentence, the code is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Step:
    """One step of a longer job: skipped while `is_done` says that nothing has changed."""

    title: str
    is_done: Callable[[], bool]
    run: Callable[[], None]


def run_steps(steps: Sequence[Step]) -> None:
    """Run the steps in order and print number, title and seconds of each."""
    for number, step in enumerate(steps, start=1):
        head = f"[{number}/{len(steps)}] {step.title}"
        if step.is_done():
            say(f"{head}: unchanged")
            continue
        with Ticker(head):
            step.run()


class Ticker:
    """Shows that a step is alive: seconds counting on a terminal, a line now and then in a log."""

    def __init__(self, head: str) -> None:
        self.head = head
        self.started = time.monotonic()
        self.finished = threading.Event()
        self.thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Ticker:
        if not sys.stdout.isatty():
            say(f"{self.head} ...")
        self.thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.finished.set()
        self.thread.join()
        result = "done" if kind is None else "stopped"
        start = "\r\033[K" if sys.stdout.isatty() else ""
        say(f"{start}{self.head}: {result}, {self._seconds():.1f} s")

    def _seconds(self) -> float:
        return time.monotonic() - self.started

    def _tick(self) -> None:
        interactive = sys.stdout.isatty()
        while not self.finished.wait(0.2 if interactive else HEARTBEAT_SECONDS):
            if interactive:
                sys.stdout.write(f"\r\033[K{self.head} ... {self._seconds():.0f} s")
                sys.stdout.flush()
            else:
                say(f"{self.head} ... {self._seconds():.0f} s")


def say(text: str = "") -> None:
    """Print one line at once, so that a pipe shows it while the work goes on."""
    print(text, flush=True)
