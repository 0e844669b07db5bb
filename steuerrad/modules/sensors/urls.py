"""Addresses of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.sta.serving import view as sta

app_name = "sensors"
urlpatterns = [
    path("sta/v1.1", sta, name="sta_root"),
    path("sta/v1.1/<path:path>", sta, name="sta"),
    path("sta/v1.1/", sta, name="sta_slash"),
]
