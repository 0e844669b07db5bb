"""Addresses of alerts; modules/sensors/urls.py takes them in."""

from django.urls import path

from steuerrad.modules.sensors.alerts import views

urlpatterns = [
    path("sensors/alerts/preview/<int:pk>/", views.preview, name="alert_preview"),
    path("sensors/alerts/<int:pk>/", views.preview, name="alert"),
]
