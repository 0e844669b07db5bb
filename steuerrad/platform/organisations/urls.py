"""Addresses of organisations."""

from django.urls import path

from steuerrad.platform.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.organisation_list, name="list"),
    path("<slug:key>/", views.detail, name="detail"),
]
