"""Rules about lateness and progress."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.strategy.rules.progress import (
    Attention,
    attention,
    is_late,
    is_stale,
    prevailing,
    progress,
    running_share,
    share,
)
from steuerrad.modules.strategy.rules.states import DELIVERED, PeriodKind, Status, period

RANGE = PeriodKind.RANGE


@pytest.mark.parametrize(
    ("status", "kind", "start", "end", "expected"),
    [
        (Status.IN_PROGRESS, RANGE, 2020, 2024, Attention.LATE),
        (Status.IN_PROGRESS, RANGE, 2020, 2025, None),
        (Status.IDEA, RANGE, 2020, 2024, Attention.LATE),
        (Status.IDEA, RANGE, 2024, 2030, Attention.NOT_STARTED),
        (Status.IDEA, RANGE, 2025, 2030, None),
        (Status.PLANNED, PeriodKind.FROM, 2024, None, Attention.NOT_STARTED),
        (Status.IN_PROGRESS, PeriodKind.FROM, 2019, None, None),
        (Status.COMPLETED, RANGE, 2020, 2024, None),
        (Status.STOPPED, RANGE, 2020, 2024, None),
        (Status.IDEA, PeriodKind.NOT_SET, None, None, None),
    ],
)
def test_attention_in_2025(
    status: Status, kind: PeriodKind, start: int | None, end: int | None, expected: Attention | None
) -> None:
    assert attention(status, kind, start, end, 2025) == expected


@given(st.sampled_from(sorted(DELIVERED)), st.sampled_from(list(PeriodKind)), st.integers(1990, 2050))
def test_what_is_delivered_never_needs_attention(status: Status, kind: PeriodKind, end: int) -> None:
    assert attention(status, kind, end - 1, end, 2050) is None


def test_stale() -> None:
    assert is_stale(None, date(2025, 1, 1))
    assert is_stale(date(2023, 12, 31), date(2025, 1, 1))
    assert not is_stale(date(2024, 1, 2), date(2025, 1, 1))


def test_shares() -> None:
    assert share(1, 3) == Decimal("33.33")
    assert share(0, 0) is None
    assert running_share({"idea": 1, "in_progress": 1, "completed": 1, "stopped": 5}) == Decimal("66.67")
    assert running_share({"stopped": 2}) is None


def test_prevailing() -> None:
    assert prevailing({}) == "unknown"
    assert prevailing({"idea": 2, "completed": 2}) == "idea"
    assert prevailing({"idea": 1, "completed": 2}) == "completed"


def test_progress_may_go_backwards_and_beyond() -> None:
    assert progress(Decimal(10), Decimal(5), Decimal(20)) == Decimal("-50.0")
    assert progress(Decimal(10), Decimal(30), Decimal(20)) == Decimal("200.0")
    assert progress(Decimal(80), Decimal(60), Decimal(40)) == Decimal("50.0")
    assert progress(Decimal(10), Decimal(10), Decimal(10)) is None


@pytest.mark.parametrize(
    ("text", "start", "end", "kind", "late"),
    [
        ("2021-2024", 2021, 2024, PeriodKind.RANGE, True),
        ("Bis 2024", None, 2024, PeriodKind.RANGE, True),
        ("2021-mind. 2024", 2021, 2024, PeriodKind.FROM, False),  # at least until: may end later
        ("Ab 2021", 2021, None, PeriodKind.FROM, False),
    ],
)
def test_only_a_printed_end_can_pass(
    text: str, start: int | None, end: int | None, kind: PeriodKind, late: bool
) -> None:
    read = period(text, start, end)
    assert read.kind == kind
    assert is_late(Status.IN_PROGRESS, read.kind, read.end, 2026) is late
