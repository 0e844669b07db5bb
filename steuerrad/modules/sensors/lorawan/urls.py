"""Addresses of LoRaWAN, within those of the sensors."""

from django.urls import path, re_path

from steuerrad.modules.sensors.lorawan import hooks, views
from steuerrad.modules.sensors.lorawan.views_reach import lora_map

urlpatterns = [
    path("sensors/lorawan/", views.devices, name="lora_devices"),
    path("sensors/lorawan/new/", views.new_device, name="lora_new"),
    path("sensors/lorawan/import/", views.import_devices, name="lora_import"),
    path("sensors/lorawan/unread/", views.unread, name="lora_unread"),
    path("sensors/lorawan/unread/replay/", views.replay, name="lora_replay"),
    path("sensors/lorawan/gateways/", views.gateways, name="lora_gateways"),
    path("sensors/lorawan/coverage/", lora_map, name="lora_map"),
    path("sensors/lorawan/coverage.geojson", views.coverage, name="lora_coverage"),
    path("sensors/lorawan/bench/", views.bench, name="lora_bench"),
    re_path(r"^sensors/lorawan/(?P<eui>[0-9a-f]{16})/$", views.device, name="lora_device"),
    path("sensors/uplinks/chirpstack/", hooks.hook, {"network": "chirpstack"}, name="uplinks_chirpstack"),
    path("sensors/uplinks/ttn/", hooks.hook, {"network": "ttn"}, name="uplinks_ttn"),
]
