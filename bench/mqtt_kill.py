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
VICTIMS = ["consumer", "broker", "server"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--victim", choices=VICTIMS, nargs="*", default=VICTIMS)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    faults = 0
    for victim in options.victim:
        with installation():
            faults += (endpoint if victim == "server" else consumer)(victim, options.kills, options.seed)
    return 1 if faults else 0


def consumer(victim: str, kills: int, seed: int) -> int:
    from steuerrad.modules.sensors.lorawan import actions
    from steuerrad.modules.sensors.lorawan.intake import Delivery, take
    from steuerrad.modules.sensors.lorawan.tests.killing import EUI, run, uplink
    from tests.support.mqtt import broker

    (Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations").mkdir()
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    take(None, [Delivery("chirpstack", uplink(0))])
    begin = time.monotonic()
    with broker() as running:
        found = run(
            os.environ, running, "broker" if victim == "broker" else "consumer", kills, consumers=1, seed=seed
        )
    took = time.monotonic() - begin
    print(
        f"{found.kills} kills of the {victim}: {found.published:,} uplinks confirmed by the broker, "
        f"{found.confirmed:,} by the consumer, {found.stored:,} stored; confirmed by the consumer and lost "
        f"{found.lost_by_us}, confirmed by the broker and missing {found.missing}, wrong {found.wrong}, "
        f"stored twice {found.revised}, {took:.0f} s",
        flush=True,
    )
    return found.lost_by_us + found.wrong + found.revised + (found.missing if victim == "consumer" else 0)


def endpoint(_victim: str, kills: int, seed: int) -> int:
    from steuerrad.modules.sensors.broker.tests.killing import run
    from steuerrad.modules.sensors.broker.tests.test_killed import made

    (Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations").mkdir()
    key, stream = made()
    begin = time.monotonic()
    found = run(os.environ, key, stream, kills, seed=seed)
    took = time.monotonic() - begin
    print(
        f"{found.kills} kills of the data server: {found.confirmed:,} publications confirmed, {found.stored:,} stored; "
        f"confirmed and lost {found.lost}, wrong {found.wrong}; {found.received:,} sent to a subscriber, stored and not "
        f"sent {found.unsent}, sent again {found.again}, {took:.0f} s",
        flush=True,
    )
    return found.lost + found.wrong + found.unsent


if __name__ == "__main__":
    sys.exit(main())
