"""Consumer and broker killed by SIGKILL at random moments while uplinks flow: lost, twice, wrong; and Mosquitto alone."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._installation import installation

KILLS = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--victim", choices=("consumer", "broker"), nargs="*", default=["consumer", "broker"])
    options = parser.parse_args()
    faults = 0
    for victim in options.victim:
        with installation():
            faults += measured(victim, options.kills)
    return 1 if faults else 0


def measured(victim: str, kills: int) -> int:
    from steuerrad.modules.sensors.lorawan import actions
    from steuerrad.modules.sensors.lorawan.intake import Delivery, take
    from steuerrad.modules.sensors.lorawan.tests.killing import EUI, run, uplink
    from tests.support.mqtt import broker

    (Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations").mkdir()
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    take(None, [Delivery("chirpstack", uplink(0))])
    begin = time.monotonic()
    with broker() as running:
        found = run(os.environ, running, victim, kills, consumers=1)
    took = time.monotonic() - begin
    print(
        f"{found.kills} kills of the {victim}: {found.published:,} uplinks confirmed by the broker, "
        f"{found.confirmed:,} by the consumer, {found.stored:,} stored; confirmed by the consumer and lost "
        f"{found.lost_by_us}, confirmed by the broker and missing {found.missing}, wrong {found.wrong}, "
        f"stored twice {found.revised}, {took:.0f} s",
        flush=True,
    )
    return found.lost_by_us + found.wrong + found.revised + (found.missing if victim == "consumer" else 0)


if __name__ == "__main__":
    sys.exit(main())
