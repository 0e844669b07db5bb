"""Where a broker is and how one is let in, from the settings and the command line."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

PLAIN, ENCRYPTED = 1883, 8883


class AddressError(ValueError):
    """An address or a file that it needs cannot be used; the text names the setting."""


@dataclass(frozen=True)
class Address:
    """ca: certificates to trust instead of the system's; certificate, key: files by which the broker knows this client."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def context(self) -> ssl.SSLContext | None:
        """None without TLS. Raises AddressError when a file is missing or no certificate."""
        if not self.tls:
            return None
        try:
            found = ssl.create_default_context(cafile=self.ca or None)
            found.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate:
                found.load_cert_chain(self.certificate, self.key or None)
        except OSError as error:  # ssl.SSLError is one
            files = ", ".join(name for name in (self.ca, self.certificate, self.key) if name)
            raise AddressError(f"{files or 'certificates'}: {error}") from error
        return found


def parse(text: str, setting: str = "STEUERRAD_MQTT_URL") -> Address:
    """mqtt://user:password@host:port, mqtts://… or HOST:PORT. Raises AddressError."""
    parts = urlsplit(text if "://" in text else f"mqtt://{text}")
    try:
        port = parts.port
    except ValueError as error:
        raise AddressError(f"{setting}: {error}") from error
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path.strip("/"):
        raise AddressError(f"{setting}: use mqtt://HOST:PORT or mqtts://HOST:PORT")
    tls = parts.scheme == "mqtts"
    return Address(
        parts.hostname,
        port or (ENCRYPTED if tls else PLAIN),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
    )


def configured(text: str = "", user: str = "", tls: bool = False) -> Address:
    """The broker of the settings; what the command line says goes before. Raises AddressError.

    The password comes from the address, else from STEUERRAD_MQTT_PASSWORD, else from the file that
    STEUERRAD_MQTT_PASSWORD_FILE names.
    """
    found = parse(text, "--broker") if text else parse(settings.MQTT_URL or f"127.0.0.1:{PLAIN}")
    return replace(
        found,
        user=user or found.user,
        password=found.password or settings.MQTT_PASSWORD or _secret(settings.MQTT_PASSWORD_FILE),
        tls=found.tls or tls,
        ca=settings.MQTT_CA,
        certificate=settings.MQTT_CERTIFICATE,
        key=settings.MQTT_KEY,
    )


def _secret(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text().rstrip("\r\n")
    except OSError as error:
        raise AddressError(f"STEUERRAD_MQTT_PASSWORD_FILE: {error}") from error
