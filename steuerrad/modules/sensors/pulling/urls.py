"""Addresses of the sources, within those of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.pulling import views

urlpatterns = [
    path("sensors/sources/", views.sources, name="sources"),
    path("sensors/sources/new/", views.new_source, name="source_new"),
    path("sensors/sources/<slug:key>/", views.source, name="source"),
    path("sensors/sources/<slug:key>/edit/", views.edit_source, name="source_edit"),
    path("sensors/sources/<slug:key>/switch/", views.switch_source, name="source_switch"),
    path("sensors/sources/<slug:key>/fetch/", views.fetch_source, name="source_fetch"),
    path("sensors/sources/<slug:key>/remove/", views.remove_source, name="source_remove"),
]
