"""`steuerrad sensors mqtt-status`"""

from __future__ import annotations

import argparse

from steuerrad.kernel.contributions import Command
from steuerrad.modules.sensors.broker.status import read

COUNTS = ("clients", "topics", "taken", "sent", "refusals", "ignored", "behind")
TEXTS = ("last_message_at", "last_refusal", "fault_at", "last_fault")


def run_status(_options: argparse.Namespace) -> int:
    """1 when something that once ran is gone or not connected."""
    found = read()
    if not found:
        print(
            "nothing has run yet: neither an endpoint (STEUERRAD_MQTT_LISTEN) nor a consumer (sensors mqtt)"
        )
    for one in found:
        state = "gone" if not one["alive"] else "connected" if one["connected"] else "not connected"
        print(f"{one['name']} {one['address']}: {state}, seen {one['at']}")
        print("  " + ", ".join(f"{name} {one[name]}" for name in COUNTS if one.get(name)))
        for name in TEXTS:
            if one[name]:
                print(f"  {name.replace('_', ' ')}: {one[name]}")
    return 1 if any(not one["alive"] or not one["connected"] for one in found) else 0


COMMANDS = (
    Command("sensors", "mqtt-status", "how the MQTT endpoint and the consumers of brokers fare", run_status),
)
