"""Addresses of alerts; modules/sensors/urls.py takes them in."""

from django.urls import path

from steuerrad.modules.sensors.alerts import public, views, views_receivers, views_rules

urlpatterns = [
    path("sensors/alerts/", views.overview, name="alerts"),
    path("sensors/alerts/<int:pk>/", views.alert, name="alert"),
    path("sensors/alerts/<int:pk>/acknowledge/", views.acknowledge, name="alert_acknowledge"),
    path("sensors/alerts/<int:pk>/again/", views.again, name="alert_again"),
    path("sensors/alerts/rules/", views_rules.overview, name="alert_rules"),
    path("sensors/alerts/rules/new/", views_rules.new, name="alert_rule_new"),
    path("sensors/alerts/rules/<int:pk>/", views_rules.edit, name="alert_rule"),
    path("sensors/alerts/rules/<int:pk>/enabled/", views_rules.enabled, name="alert_rule_enabled"),
    path("sensors/alerts/receivers/", views_receivers.overview, name="alert_receivers"),
    path("sensors/alerts/receivers/<int:pk>/", views_receivers.change, name="alert_receiver"),
    path("sensors/alerts/feed.atom", public.atom, name="alert_feed"),
    path("sensors/alerts/feed/certificate.pem", public.certificate, name="alert_certificate"),
    path("sensors/alerts/cap/<slug:alert>.<slug:message>.xml", public.document, name="alert_cap"),
    path("sensors/alerts/preview/<int:pk>/", views.preview, name="alert_preview"),
]
