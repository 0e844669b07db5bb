"""CAP 1.2, Atom, states and webhooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from steuerrad.modules.sensors.alerts.cap import (
    ATOM,
    CAP,
    CapError,
    Circle,
    Entry,
    Message,
    Reference,
    cap,
    feed,
    stamp,
)
from steuerrad.modules.sensors.alerts.sending import next_try, signature, verified
from steuerrad.modules.sensors.alerts.states import MOVES, STATES, MoveError, due_for_escalation, move

SENT = datetime(2026, 7, 1, 14, 0, 5, 123, tzinfo=timezone(timedelta(hours=2)))
MESSAGE = Message("heat-7-1", "city.example", SENT, "Heat", "Heat in the <market>", "36 °C\x00", "Market place",
                  "Severe", circle=Circle(51.48, 7.22, 0.5), onset=SENT)  # fmt: skip
#: Order and number of elements in the schema of CAP 1.2 (section 3.4), as far as we write them.
ALERT = ["identifier", "sender", "sent", "status", "msgType", "scope", "references", "info"]
INFO = ["language", "category", "event", "urgency", "severity", "certainty", "onset", "expires", "headline", "description",
        "web", "area"]  # fmt: skip


def names(element):
    return [child.tag.removeprefix(f"{{{CAP}}}") for child in element]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    root = ElementTree.fromstring(cap(replace(
        MESSAGE, kind="Update", expires=SENT, web="https://city.example/a", references=(Reference("city.example", "x", SENT),)
    )))  # fmt: skip
    assert root.tag == f"{{{CAP}}}alert"
    assert names(root) == ALERT
    info = root.find(f"{{{CAP}}}info")
    assert info is not None
    assert names(info) == INFO
    assert names(info[-1]) == ["areaDesc", "circle"]
    assert root.findtext(f"{{{CAP}}}references") == "city.example,x,2026-07-01T14:00:05+02:00"
    assert root.findtext(f".//{{{CAP}}}circle") == "51.48000,7.22000 0.5"
    assert root.findtext(f".//{{{CAP}}}headline") == "Heat in the <market>"
    assert root.findtext(f".//{{{CAP}}}description") == "36 °C"


def test_times_never_end_in_z() -> None:
    assert stamp(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00-00:00"
    with pytest.raises(CapError):
        stamp(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "red"}, {"identifier": "a b"}, {"sender": ""}, {"identifier": "a,b"}, {"area": " "},
        {"kind": "Cancel"}, {"status": "Real"}, {"circle": Circle(91, 0, 1)}, {"category": "Weather"},
    ],
)  # fmt: skip
def test_what_would_not_be_valid_is_refused(wrong) -> None:
    with pytest.raises(CapError):
        cap(replace(MESSAGE, **wrong))


def test_the_feed_has_the_newest_first_and_what_atom_demands() -> None:
    later = replace(MESSAGE, identifier="b", sent=SENT + timedelta(hours=1), headline="Later")
    root = ElementTree.fromstring(feed("https://city.example/alerts.atom", "Alerts", "City", SENT,
        [Entry(MESSAGE, "https://city.example/1.cap"), Entry(later, "https://city.example/2.cap")]))  # fmt: skip
    assert {child.tag for child in root} == {
        f"{{{ATOM}}}{name}" for name in ("id", "title", "updated", "link", "author", "entry")
    }
    entries = root.findall(f"{{{ATOM}}}entry")
    assert [one.findtext(f"{{{ATOM}}}title") for one in entries] == ["Later", "Heat in the <market>"]
    assert [one.find(f"{{{ATOM}}}link").get("type") for one in entries] == ["application/cap+xml"] * 2  # type: ignore[union-attr]


def test_moves() -> None:
    assert move("open", "acknowledge") == "acknowledged"
    assert move("acknowledged", "escalate") == "escalated"
    assert all((state, verb) in MOVES for state in STATES[:3] for verb in ("close",))
    for verb in ("acknowledge", "escalate", "close"):
        with pytest.raises(MoveError):
            move("closed", verb)
    assert due_for_escalation("open", 900, 900)
    assert not due_for_escalation("acknowledged", 9000, 900)
    assert not due_for_escalation("open", 9000, None)


def test_a_signature_holds_for_this_body_and_this_time() -> None:
    told = signature(b"secret", 1000, b"{}")
    assert verified(b"secret", told, b"{}", 1200)
    assert not verified(b"secret", told, b"{}", 1400)
    assert not verified(b"secret", told, b"[]", 1000)
    assert not verified(b"other", told, b"{}", 1000)
    assert not verified(b"secret", "v1=0", b"{}", 1000)


def test_back_off_grows_and_ends() -> None:
    waits = [next_try(tries) for tries in range(1, 8)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
