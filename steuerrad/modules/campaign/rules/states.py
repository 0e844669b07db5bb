"""States of a round and of a question in it, as tables."""

from __future__ import annotations

from typing import Literal, get_args

RoundState = Literal["draft", "open", "frozen", "closed"]
State = Literal["open", "carried", "answered", "declined", "checked", "released", "sent_back", "withdrawn"]
Kind = Literal[
    "assigned",
    "handed_over",
    "submitted",
    "confirmed",
    "declined",
    "checked",
    "released",
    "sent_back",
    "withdrawn",
]

ROUND_STATES: tuple[str, ...] = get_args(RoundState)
STATES: tuple[str, ...] = get_args(State)
KINDS: tuple[str, ...] = get_args(Kind)

#: Somebody still has to answer.
UNANSWERED: frozenset[str] = frozenset({"open", "carried", "sent_back", "withdrawn"})
#: An answer (or a refusal) waits for the second pair of eyes.
TO_CHECK: frozenset[str] = frozenset({"answered", "declined"})
#: Somebody else has looked at what stands now.
LOOKED_AT: frozenset[str] = frozenset({"checked", "released"})

#: What a decision needs and what it leads to. An answer may be submitted in every state.
DECISIONS: dict[str, tuple[frozenset[str], State]] = {
    "checked": (TO_CHECK, "checked"),
    "released": (frozenset({"checked"}), "released"),
    "sent_back": (TO_CHECK | LOOKED_AT, "sent_back"),
    "withdrawn": (TO_CHECK | LOOKED_AT, "withdrawn"),
}


def decidable(*, checks: bool, releases: bool) -> frozenset[str]:
    """The states in which somebody with these rights has something to decide."""
    found: set[str] = set(TO_CHECK) if checks else set()
    return frozenset(found | {"checked"} if releases else found)


#: From which state a round may go to which.
ROUND_STEPS: dict[str, frozenset[str]] = {
    "draft": frozenset({"open"}),
    "open": frozenset({"frozen"}),
    "frozen": frozenset({"open", "closed"}),
    "closed": frozenset(),
}


def after(kind: str, state: str) -> State | None:
    """The state that a decision leads to, None when it cannot be taken in this state."""
    allowed, result = DECISIONS[kind]
    return result if state in allowed else None


def may_step(state: str, wanted: str) -> bool:
    """Whether a round in `state` may go to `wanted`."""
    return wanted in ROUND_STEPS[state]
