"""Addresses of quality control; modules/sensors/urls.py takes them in."""

from django.urls import path

from steuerrad.modules.sensors.quality import views

urlpatterns = [
    path("sensors/quality/", views.overview, name="quality"),
    path("sensors/quality/<int:pk>/", views.stream, name="quality_stream"),
]
