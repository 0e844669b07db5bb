"""The watch killed with SIGKILL at random moments: each episode is one alert, each message goes out. The bench does it in full."""

from __future__ import annotations

import pytest

from tests.support.alert_crash import run


@pytest.mark.start
def test_each_episode_alerts_once_and_each_message_arrives_once() -> None:
    """Mail exactly once (with a journal); webhooks at least once, always under the same key and with the same body."""
    result = run(kills=5, streams=3, waves=4)
    assert (result.episodes, result.alerts_lost, result.alerts_twice) == (12, 0, 0)
    assert (result.mails_wanted, result.mails_lost, result.mails_twice, result.mails_unclear) == (24, 0, 0, 0)
    assert (result.hooks_wanted, result.hooks_lost, result.hooks_twice) == (24, 0, 0)
    assert (result.hooks_unsigned, result.hooks_disordered) == (0, 0)
    assert result.kills_amid_messages > 0, "no kill hit a message, so this test shows nothing"
