"""Addresses of the climate."""

from django.urls import path

from steuerrad.modules.climate import views, views_outline, views_overview, views_series

app_name = "climate"
urlpatterns = [
    path("", views_overview.index, name="index"),
    path("compare/", views.compare, name="compare"),
    path("outline/", views_outline.outline_page, name="outline"),
    path("outline/<int:number>/withdraw/", views_outline.withdraw, name="outline_withdraw"),
    path("stations.geojson", views_series.stations_geojson, name="stations_geojson"),
    path("stations/<int:number>/", views.station_page, name="station"),
    path("series/<int:number>/", views_series.series_page, name="series"),
    path("series/<int:number>/chart.svg", views_series.picture, name="picture"),
    path("embed/series/<int:number>/", views_series.embed, name="embed"),
]
