"""`steuerrad sensors mqtt`, `… codecs`, `… uplinks`, `… devices`"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from django.core.exceptions import ValidationError

from steuerrad.kernel.contributions import Command
from steuerrad.modules.sensors.codecs.profiles import library
from steuerrad.modules.sensors.lorawan import actions, onboarding, queries
from steuerrad.modules.sensors.lorawan.clone import import_clone
from steuerrad.modules.sensors.lorawan.models import DeadUplink


def configure_mqtt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--broker", default="", metavar="HOST:PORT", help="instead of STEUERRAD_MQTT_URL")
    parser.add_argument("--user", default="", help="name at the broker; the password stands in the settings")
    parser.add_argument("--tls", action="store_true", help="encrypted")
    parser.add_argument("--name", default="steuerrad", help="of this consumer; the broker keeps its messages")
    parser.add_argument("--shared", action="store_true", help="share the work with consumers of other names")


def run_mqtt(options: argparse.Namespace) -> int:
    """Runs until SIGTERM or SIGINT; what is not stored by then stays with the broker."""
    from steuerrad.modules.sensors.broker.address import configured
    from steuerrad.modules.sensors.lorawan.mqtt import Consumer  # loads what only this command needs
    from steuerrad.modules.sensors.lorawan.sharing import Neighbours, seated

    try:
        address = configured(options.broker, options.user, options.tls)
        consumer = Consumer(address, options.name, shared=options.shared)
        seat = seated(options.name, address, shared=options.shared)
    except (ValueError, OSError) as error:  # an address, a certificate, a name that is taken, the data folder
        print(error, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    neighbours = Neighbours(address, seat, consumer.status) if options.shared else None
    if neighbours is not None:
        neighbours.start()
    consumer.run()
    if neighbours is not None:
        neighbours.stop()
    seat.leave()
    return 0


def configure_codecs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("list", "import"))
    parser.add_argument("folder", nargs="?", type=Path, help="a clone of chirpstack/lorawan-device-profiles")


def run_codecs(options: argparse.Namespace) -> int:
    if options.act == "list":
        for key, profile in sorted(queries.profiles().items()):
            origin = "library" if key in library() else "own"
            print(f"{key:40} {origin:8} {len(profile.fields):3} fields  {profile.maker} {profile.title}")
        return 0
    if options.folder is None or not (options.folder / "vendors").is_dir():
        print("codecs import FOLDER: a folder with vendors/ in it is needed", file=sys.stderr)
        return 2
    found = import_clone(None, options.folder)
    for fault in found.faults:
        print(fault, file=sys.stderr)
    print(f"{found.saved} profiles, {found.vectors} vectors hold, {len(found.faults)} faults")
    return 1 if found.faults else 0


def configure_uplinks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("list", "replay"))
    parser.add_argument("--kind", default="", choices=["", *(key for key, _title in DeadUplink.KINDS)])


def run_uplinks(options: argparse.Namespace) -> int:
    waiting = queries.dead(options.kind)
    if options.act == "replay":
        found = actions.replay_all(None, waiting)
        print(f"{found['replayed']} replayed, {found['waiting']} still waiting")
        return 1 if found["waiting"] else 0
    for row in waiting[:1000]:
        print(
            f"{row.received_at.isoformat(timespec='seconds')} {row.dev_eui or '-':16} {row.kind:10} {row.reason}"
        )
    return 0


def configure_devices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help=f"CSV with {', '.join(onboarding.COLUMNS)}")


def run_devices(options: argparse.Namespace) -> int:
    try:
        made = onboarding.register_file(None, options.file.read_bytes())
    except (OSError, ValidationError) as error:
        for line in error.messages if isinstance(error, ValidationError) else [str(error)]:
            print(f"{options.file}: {line}", file=sys.stderr)
        return 1
    print(f"{made} devices")
    return 0


COMMANDS = (
    Command("sensors", "mqtt", "take uplinks from a network server's broker", run_mqtt, configure_mqtt),
    Command("sensors", "codecs", "kinds of devices: list, import", run_codecs, configure_codecs),
    Command("sensors", "uplinks", "unread uplinks: list, replay", run_uplinks, configure_uplinks),
    Command("sensors", "devices", "make devices of a CSV file known", run_devices, configure_devices),
)
