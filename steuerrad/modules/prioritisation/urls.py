"""Addresses of prioritisation."""

from django.urls import include, path

from steuerrad.modules.prioritisation import views

app_name = "prioritisation"
urlpatterns = [
    path("", views.index, name="index"),
    path("whatif/", include("steuerrad.modules.prioritisation.whatif.urls")),
    path("scenarios/", include("steuerrad.modules.prioritisation.whatif.urls_scenarios")),
    path("portfolios/", include("steuerrad.modules.prioritisation.choice.urls")),
]
