"""Addresses of the what-if, below those of prioritisation."""

from django.urls import path

from steuerrad.modules.prioritisation.whatif import views

PLACE = "<str:source>/<str:edition>/"
urlpatterns = [
    path("cards/<slug:name>.html", views.card, name="whatif_card"),
    path(PLACE, views.page, name="whatif"),
    path(f"{PLACE}result/", views.result, name="whatif_result"),
    path(f"{PLACE}levers/", views.levers, name="whatif_levers"),
    path(f"{PLACE}targets/", views.targets, name="whatif_targets"),
]
