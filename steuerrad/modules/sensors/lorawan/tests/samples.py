"""Messages as the network servers send them."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

EUI = "24e124136b502217"
#: Temperature 4.4 °C, humidity 11.5 % in the form of Milesight's EM300-TH.
PAYLOAD = bytes.fromhex("03672c00046817")


def jena() -> dict[str, Any]:
    """A real uplink of the tree care of the city of Jena, shortened; published with Eclipse sensiNact's connector."""
    return {
        "deduplicationId": "9b6adf14-125c-4c9d-bb7a-6db979fb0b73",
        "time": "2025-07-08T15:42:59.764929602+00:00",
        "deviceInfo": {
            "applicationName": "KSJ_Stadtbaumpflege", "deviceProfileName": "TEKTELIC KIWI Agriculture Sensor",
            "deviceName": "2001064843", "devEui": "647fda00000142e6", "tags": {},
        },
        "devAddr": "0054e94b", "adr": True, "dr": 0, "fCnt": 43178, "fPort": 10, "confirmed": False,
        "data": "BQQCvgYEAdwJZQAA",
        "object": {
            "soil_water_tension1": 63.0048, "soil_moisture_raw2": 476.0, "soil_moisture_raw1": 702.0,
            "soil_water_tension2": 104.69359999999999, "ambient_light": 0.0,
        },
        "rxInfo": [
            {"gatewayId": "ac1f09fffe01662d", "uplinkId": 41510, "rssi": -123, "snr": -9.5, "channel": 2, "rfChain": 1,
             "location": {"latitude": 50.943428471454034, "longitude": 11.605188846588137}},
            {"gatewayId": "fcc23dfffe2ea641", "uplinkId": 48338, "rssi": -115, "snr": -12.2, "channel": 2, "rfChain": 1,
             "location": {"latitude": 50.932005871988125, "longitude": 11.591793894767763}},
        ],
        "txInfo": {"frequency": 868500000,
                   "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 12, "codeRate": "CR_4_5"}}},
    }  # fmt: skip


def chirpstack(
    count: int = 1, time: str = "2025-07-08T10:00:00Z", *, payload: bytes = PAYLOAD, eui: str = EUI, session: str = "01a2b3c4",
    key: str | None = None, port: int = 85,
) -> dict[str, Any]:  # fmt: skip
    return {
        "deduplicationId": f"{eui}-{session}-{count}-{time}" if key is None else key, "time": time,
        "deviceInfo": {"devEui": eui, "deviceName": "Bank 1", "deviceProfileName": "EM300-TH"},
        "devAddr": session, "fCnt": count, "fPort": port, "data": base64.b64encode(payload).decode(),
        "rxInfo": [{"gatewayId": "ac1f09fffe01662d", "rssi": -101, "snr": 4.5,
                    "location": {"latitude": 51.48, "longitude": 7.21}}],
        "txInfo": {"modulation": {"lora": {"spreadingFactor": 7}}},
    }  # fmt: skip


def things_stack(count: int = 1, received: str = "2025-07-08T10:00:01Z") -> dict[str, Any]:
    return {
        "end_device_ids": {"device_id": "bank-1", "application_ids": {"application_id": "climate"},
                           "dev_eui": EUI.upper(), "dev_addr": "260B1234"},
        "received_at": received,
        "uplink_message": {
            "session_key_id": "AYfg8rhha5n+FWx0ZaAprA==", "f_port": 85, "f_cnt": count,
            "frm_payload": base64.b64encode(PAYLOAD).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "gw-town-hall", "eui": "AC1F09FFFE01662D"},
                             "gps_time": "2025-07-08T10:00:00.500Z", "rssi": -97, "channel_rssi": -97, "snr": 7.5,
                             "location": {"latitude": 51.48, "longitude": 7.21}}],
            "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 9}}, "frequency": "868100000"},
            "received_at": received, "last_battery_percentage": {"value": 94.5},
            "version_ids": {"brand_id": "milesight-iot", "model_id": "em300-th"},
        },
    }  # fmt: skip


def damaged(message: bytes, chance: random.Random) -> bytes:
    """Cut, changed, or of other types than it should be; sometimes a device that nobody knows."""
    how = chance.randrange(6)
    if how == 0:
        return message[: chance.randrange(len(message))]
    if how == 1:
        return chance.randbytes(chance.randint(0, 300))
    content = json.loads(message)
    name = chance.choice(list(content))
    if how == 2:
        content[name] = chance.choice((None, [], {}, -1, 2**70, 1.5, "x" * 1000, True))
    elif how == 3:
        content["data"] = chance.choice(("@@@@", "A", "", "QUFB" * 400, None, 5))
    elif how == 4:
        content["deviceInfo"]["devEui"] = chance.choice(("ffffffffffffffff", "x", None, 7, ""))
    else:
        content["time"] = chance.choice(
            ("yesterday", "0000-00-00T00:00:00Z", "99999-01-01T00:00:00Z", None, 1e300, {})
        )
    return json.dumps(content).encode()
