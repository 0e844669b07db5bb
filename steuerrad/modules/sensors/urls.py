"""Addresses of the sensors."""

from django.urls import path

from steuerrad.modules.sensors import views
from steuerrad.modules.sensors.alerts.urls import urlpatterns as alerts
from steuerrad.modules.sensors.broker.urls import urlpatterns as broker
from steuerrad.modules.sensors.bulk.urls import urlpatterns as bulk
from steuerrad.modules.sensors.citizen.urls import urlpatterns as citizen
from steuerrad.modules.sensors.keeping.urls import urlpatterns as keeping
from steuerrad.modules.sensors.lorawan.urls import urlpatterns as lorawan
from steuerrad.modules.sensors.onboarding.urls import urlpatterns as onboarding
from steuerrad.modules.sensors.pulling.urls import urlpatterns as pulling
from steuerrad.modules.sensors.quality.urls import urlpatterns as quality
from steuerrad.modules.sensors.sta.serving import view as sta
from steuerrad.modules.sensors.views_live import live

app_name = "sensors"
urlpatterns = [
    *alerts,
    *quality,
    path("sensors/", views.things, name="things"),
    path("sensors/live", live, name="live"),
    path("sensors/new/", views.new_thing, name="new_thing"),
    path("sensors/import/", views.upload, name="import"),
    path("sensors/things/<int:pk>/", views.thing, name="thing"),
    path("sensors/things/<int:pk>/new/", views.new_stream, name="new_stream"),
    path("sensors/things/<int:pk>/release/", views.release, name="release"),
    *lorawan,
    *broker,
    *bulk,
    *citizen,
    *keeping,
    *onboarding,
    *pulling,
    path("sta/v1.1", sta, name="sta_root"),
    path("sta/v1.1/<path:path>", sta, name="sta"),
    path("sta/v1.1/", sta, name="sta_slash"),
]
