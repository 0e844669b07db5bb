"""All settings that an operator can change, in one table; docs/reference/settings.md is made from it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def as_bool(text: str) -> bool:
    if text.strip().lower() in {"1", "true", "yes", "on"}:
        return True
    if text.strip().lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("use 1 or 0")


def as_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def as_hosts(text: str) -> list[str]:
    """Each [private:]host[:port]; a host may begin with "*."."""
    for part in as_list(text):
        rest = part.removeprefix("private:")
        host, colon, port = rest.rpartition(":") if not rest.endswith("]") else (rest, "", "")
        if not colon:
            host, port = rest, "443"
        if not host or "/" in host or "@" in host or not port.isdecimal() or "*" in host.removeprefix("*."):
            raise ValueError(f"{part}: use host, *.host or host:port")
    return as_list(text)


def as_hour(text: str) -> int:
    if text.strip().isdecimal() and int(text) <= 23:
        return int(text)
    raise ValueError("use an hour from 0 to 23")


def as_megabytes(text: str) -> int:
    if text.strip().isdecimal() and 1 <= int(text) <= 500:
        return int(text)
    raise ValueError("use a number of MB from 1 to 500")


@dataclass(frozen=True)
class Option:
    """One environment variable: how its text becomes a value, and the value without it."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    help: str


OPTIONS = (
    Option("STEUERRAD_DEBUG", as_bool, False, "Show tracebacks in the browser. Never in service."),
    Option("STEUERRAD_CITY", str, "bochum", "Folder under cities/ that this installation runs."),
    Option("STEUERRAD_DATA_DIR", Path, ROOT / "var", "Where the installation keeps its files."),
    Option("STEUERRAD_CITIES_DIR", Path, ROOT / "cities", "Where the folders of cities are."),
    Option("STEUERRAD_INDEXES_DIR", Path, ROOT / "indexes", "Where the folders of indexes are."),
    Option(
        "STEUERRAD_DATABASE_URL", str, "", "postgresql://user:password@host:port/name; empty: SQLite file."
    ),
    Option(
        "STEUERRAD_OBSERVATIONS_URL",
        str,
        "",
        "postgresql://user:password@host:port/name[?schema=name] that keeps the sensors' observations for several "
        "machines; empty: a file in the data folder.",
    ),
    Option("STEUERRAD_SECRET_KEY", str, "", "Signs sessions; empty: made once and kept in the data folder."),
    Option(
        "STEUERRAD_ALLOWED_HOSTS", as_list, ["127.0.0.1", "localhost", "[::1]"], "Host names, comma between."
    ),
    Option("STEUERRAD_TLS", as_bool, False, "Set behind TLS: secure cookies, HSTS, redirect to https."),
    Option(
        "STEUERRAD_PROXIES", int, 0, "How many reverse proxies stand in front (for the client's address)."
    ),
    Option(
        "STEUERRAD_OPERATOR", str, "", "Who runs this installation: name and postal address, for the imprint."
    ),
    Option("STEUERRAD_CONTACT", str, "", "E-mail address for questions, barriers and privacy."),
    Option(
        "STEUERRAD_EMAIL_URL", str, "", "smtp://user:password@host:port; empty: no mail, a line in the log."
    ),
    Option(
        "STEUERRAD_EMAIL_FROM",
        str,
        "",
        "Sender, e.g. Steuerrad <steuerrad@city.example>; empty: made of the host.",
    ),
    Option(
        "STEUERRAD_EMAIL_BOUNCE",
        str,
        "",
        "Where undeliverable mail comes back to; empty: the sender's address.",
    ),
    Option(
        "STEUERRAD_EMAIL_JOURNAL",
        str,
        "",
        "Mailbox that gets a blind copy of every mail, as evidence after a crash: "
        "imaps://user:password@host/INBOX?to=address or maildir:///folder?to=address; empty: none.",
    ),
    Option(
        "STEUERRAD_DIGEST_HOUR", as_hour, 7, "Hour from which the daily mail is sent, 0 to 23, local time."
    ),
    Option(
        "STEUERRAD_URL", str, "", "Address of this installation in mails; empty: the first of the host names."
    ),
    Option(
        "STEUERRAD_LINK_ROLES",
        as_list,
        ["contributor"],
        "Roles that may sign in by a link in a mail, comma between.",
    ),
    Option("STEUERRAD_UPLOAD_MB", as_megabytes, 20, "Largest upload in MB."),
    Option(
        "STEUERRAD_S3_URL", str, "", "s3://key:secret@host:port/bucket for uploads; empty: the data folder."
    ),
    Option(
        "STEUERRAD_CLAMD", str, "", "ClamAV that scans uploads, host:port or a socket's path; empty: no scan."
    ),
    Option(
        "STEUERRAD_EGRESS_HOSTS",
        as_hosts,
        [],
        "Hosts that the program may fetch from or send to, comma between: api.example.org, *.example.org, "
        "host:8080; private: before one that lies in the own network.",
    ),
    Option(
        "STEUERRAD_OIDC_ISSUER", str, "", "Address of the OpenID Connect provider; empty: local accounts."
    ),
    Option("STEUERRAD_OIDC_CLIENT_ID", str, "", "Client id at the OpenID Connect provider."),
    Option("STEUERRAD_OIDC_SECRET", str, "", "Client secret at the OpenID Connect provider."),
    Option(
        "STEUERRAD_OIDC_ROLES_CLAIM", str, "", "Claim that lists roles as steuerrad:<role>[:<organisation>]."
    ),
    Option("STEUERRAD_OIDC_NAME", str, "OpenID Connect", "Name of the provider on the sign-in page."),
    Option(
        "STEUERRAD_MQTT_URL",
        str,
        "",
        "Broker with the uplinks of LoRaWAN: mqtt://user@host:port, or mqtts:// for TLS; empty: this machine.",
    ),
    Option("STEUERRAD_MQTT_PASSWORD", str, "", "Password at that broker."),
    Option("STEUERRAD_MQTT_PASSWORD_FILE", str, "", "File that holds the password instead."),
    Option("STEUERRAD_MQTT_CA", str, "", "Certificates to trust instead of the system's, PEM."),
    Option("STEUERRAD_MQTT_CERTIFICATE", str, "", "Certificate by which the broker knows us, PEM."),
    Option("STEUERRAD_MQTT_KEY", str, "", "Key of that certificate, PEM."),
    Option(
        "STEUERRAD_MQTT_LISTEN", str, "", "Where the data server takes MQTT, host:port; empty: not at all."
    ),
    Option("STEUERRAD_MQTT_LISTEN_CERTIFICATE", str, "", "Certificate of that endpoint, PEM; empty: no TLS."),
    Option("STEUERRAD_MQTT_LISTEN_KEY", str, "", "Key of that certificate, PEM."),
    Option(
        "STEUERRAD_MQTT_ADDRESS",
        str,
        "",
        "Address of that endpoint as clients see it, e.g. mqtts://sensors.city.example:8883.",
    ),
)


class OptionError(ValueError):
    """An environment variable that cannot be read."""


def read(environ: dict[str, str] | os._Environ[str] = os.environ) -> dict[str, Any]:
    """All options by name without the prefix. Raises OptionError that names the variable."""
    values: dict[str, Any] = {}
    for option in OPTIONS:
        text = environ.get(option.name)
        if option.name == "STEUERRAD_DATABASE_URL" and text is None:
            text = environ.get("DATABASE_URL")
        try:
            values[option.name.removeprefix("STEUERRAD_")] = (
                option.default if text is None else option.parse(text)
            )
        except ValueError as error:
            raise OptionError(f"{option.name}={text!r}: {error}") from error
    return values
