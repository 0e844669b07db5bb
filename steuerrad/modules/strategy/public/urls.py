"""Addresses of the public portal, of its feeds and of the charts for other people's pages."""

from django.urls import path

from steuerrad.modules.strategy.public import embeds, feeds, views

urlpatterns = [
    path("public/", views.overview, name="public"),
    path("public/news/", views.news_list, name="public_news"),
    path("public/themes/<str:code>/", views.theme, name="public_theme"),
    path("feed.atom", feeds.all_changes, name="feed"),
    path("themes/<str:code>/feed.atom", feeds.theme_changes, name="theme_feed"),
    path("measures/<str:number>/feed.atom", feeds.measure_changes, name="measure_feed"),
    path("kpis/<str:code>/feed.atom", feeds.kpi_changes, name="kpi_feed"),
    path("embed/wheel/", embeds.wheel, name="embed_wheel"),
    path("embed/kpis/<str:code>/", embeds.kpi, name="embed_kpi"),
    path("wheel.svg", embeds.wheel_picture, name="wheel_picture"),
    path("kpis/<str:code>/chart.svg", embeds.kpi_picture, name="kpi_picture"),
]
