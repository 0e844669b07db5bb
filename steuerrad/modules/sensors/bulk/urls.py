"""Addresses of tables, within those of the sensors."""

from django.urls import path, re_path

from steuerrad.modules.sensors.bulk import views

urlpatterns = [
    path("sensors/tables/", views.tables, name="tables"),
    re_path(r"^sensors/tables/(?P<token>[0-9a-f]{32})/$", views.table, name="table"),
    path("sensors/tables/imports/<int:pk>/", views.table_import, name="table_import"),
    path("sensors/tables/mappings/<slug:key>.toml", views.mapping_file, name="mapping_file"),
    path("sensors/tables/mappings/<slug:key>/remove/", views.remove_mapping, name="mapping_remove"),
]
