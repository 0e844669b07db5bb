"""Addresses of prioritisation."""

from django.urls import path

from steuerrad.modules.prioritisation import views

app_name = "prioritisation"
urlpatterns = [
    path("", views.index, name="index"),
]
