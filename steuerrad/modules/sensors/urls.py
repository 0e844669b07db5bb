"""Addresses of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.views_sta import sta

app_name = "sensors"
urlpatterns = [
    path("sta/v1.1", sta, name="sta_root"),
    path("sta/v1.1/<path:path>", sta, name="sta"),
    path("sta/v1.1/", sta, name="sta_slash"),
]
