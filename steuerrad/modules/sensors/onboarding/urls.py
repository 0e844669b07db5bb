"""Addresses of onboarding, within those of the sensors."""

from django.urls import path, re_path

from steuerrad.modules.sensors.onboarding import views

urlpatterns = [
    path("sensors/devices/new/", views.new_device, name="device_new"),
    path("sensors/devices/import/", views.import_devices, name="device_import"),
    path("sensors/things/<int:pk>/edit/", views.edit_thing, name="thing_edit"),
    path("sensors/streams/<int:pk>/edit/", views.edit_stream, name="stream_edit"),
    re_path(r"^sensors/lorawan/(?P<eui>[0-9a-f]{16})/edit/$", views.edit_lora, name="lora_edit"),
    path("sensors/lorawan/profiles/", views.profiles, name="lora_profiles"),
    path("sensors/lorawan/profiles/new/", views.new_profile, name="lora_profile_new"),
    path("sensors/lorawan/profiles/<slug:key>/", views.edit_profile, name="lora_profile"),
]
