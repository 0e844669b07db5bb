"""What the service root says: the entity sets, and the requirements of OGC 18-088 that are met and tested."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from steuerrad.modules.sensors.sta.entities import TYPES

ROOT = "http://www.opengis.net/spec/iot_sensing/1.1/req"
ENTITIES = ("thing", "location", "historical-location", "datastream", "sensor", "observed-property", "observation",
            "feature-of-interest")  # fmt: skip
#: Requirements by class; each has rows in tests/cases.
CLAIMED: tuple[str, ...] = tuple(
    f"{ROOT}/{name}"
    for name in (
        *(f"datamodel/{entity}/{what}" for entity in ENTITIES for what in ("properties", "relations")),
        "datamodel/entity-control-information/common-control-information",
        "resource-path/resource-path-to-entities",
        *(
            f"request-data/{name}"
            for name in (
                "order", "expand", "select", "status-code", "query-status-code", "orderby", "top", "skip", "count",
                "filter", "built-in-filter-operations", "built-in-query-functions", "pagination",
            )
        ),
        *(
            f"create-update-delete/{name}"
            for name in (
                "create-entity", "link-to-existing-entities", "deep-insert", "deep-insert-status-code",
                "update-entity", "update-entity-put", "update-entity-jsonpatch", "delete-entity",
                "historical-location-auto-creation", "historical-location-manual-creation",
            )
        ),
        "batch-request/batch-request",
        "data-array/data-array",
    )
)  # fmt: skip


#: Clause 14; met where the data server listens for MQTT (tested in broker/tests).
BY_MQTT: tuple[str, ...] = (
    f"{ROOT}/create-observations-via-mqtt/observations-creation",
    f"{ROOT}/receive-updates-via-mqtt/receive-updates",
)


def mqtt_address() -> str:
    """Where clients of MQTT connect to; empty when nothing listens."""
    if not settings.MQTT_LISTEN:
        return ""
    scheme = "mqtts" if settings.MQTT_LISTEN_CERTIFICATE else "mqtt"
    return settings.MQTT_ADDRESS or f"{scheme}://{settings.MQTT_LISTEN}"


def service_root(base: str) -> dict[str, Any]:
    """The answer to a GET of the service root (9.2.1), with the conformance of 1.1 (7.2)."""
    address = mqtt_address()
    mqtt = BY_MQTT if address else ()
    return {
        "value": [{"name": item.set_name, "url": f"{base}/{item.set_name}"} for item in TYPES],
        "serverSettings": {
            "conformance": [*CLAIMED, *mqtt],
            f"{ROOT}/batch-request/batch-request": {"endpoints": [f"{base}/$batch"]},
            f"{ROOT}/data-array/data-array": {"endpoints": [f"{base}/CreateObservations"]},
            **{name: {"endpoints": [address]} for name in mqtt},
        },
    }
