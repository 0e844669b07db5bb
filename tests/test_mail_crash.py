"""Workers killed with SIGKILL at random moments: no mail is lost and none arrives twice. The bench does it in full."""

from __future__ import annotations

import pytest

from tests.support.mail_crash import run


@pytest.mark.start
def test_with_a_journal_every_mail_arrives_exactly_once() -> None:
    result = run(kills=30, count=120, journal=True)
    assert result.in_doubt > 0, "no kill hit a hand-over, so this test shows nothing"
    assert (result.received, result.lost, result.twice, result.flagged) == (120, 0, 0, 0)


@pytest.mark.start
def test_without_a_journal_a_mail_arrives_once_or_is_flagged() -> None:
    result = run(kills=20, count=80, journal=False, seed=2)
    assert (result.lost, result.twice) == (0, 0)
    assert result.received + result.flagged - result.flagged_received == 80
    assert result.flagged == result.in_doubt > 0
