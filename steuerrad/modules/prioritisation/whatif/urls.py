"""Addresses of the what-if, below those of prioritisation."""

from django.urls import path

from steuerrad.modules.prioritisation.whatif import views

PLACE = "<str:source>/<str:edition>/"
TABS = ("whatif", "whatif_levers", "whatif_targets")
ENDS = ("", "levers/", "targets/")
urlpatterns = [
    *(
        path(end, views.newest, {"name": name}, name=f"{name}_newest")
        for name, end in zip(TABS, ENDS, strict=True)
    ),
    *(
        path(f"<str:source>/{end}", views.newest, {"name": name})
        for name, end in zip(TABS, ENDS, strict=True)
    ),
    path("cards/<slug:name>.html", views.card, name="whatif_card"),
    path(PLACE, views.page, name="whatif"),
    path(f"{PLACE}result/", views.result, name="whatif_result"),
    path(f"{PLACE}levers/", views.levers, name="whatif_levers"),
    path(f"{PLACE}targets/", views.targets, name="whatif_targets"),
]
