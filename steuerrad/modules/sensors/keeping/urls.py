"""Addresses of retention, within those of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.keeping import views

urlpatterns = [
    path("sensors/retention/", views.keeping, name="keeping"),
    path("sensors/retention/<int:pk>/remove/", views.remove, name="keep_remove"),
]
