"""Addresses for tests with a running server: nothing but the standard's interface."""

from __future__ import annotations

from django.urls import path

from steuerrad.modules.sensors.sta.serving import view

urlpatterns = [path("sta/v1.1", view), path("sta/v1.1/<path:path>", view), path("sta/v1.1/", view)]
