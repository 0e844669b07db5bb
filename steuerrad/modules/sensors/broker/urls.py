"""Address of the page of MQTT, within those of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.broker.views import status

urlpatterns = [path("sensors/mqtt/", status, name="mqtt")]
