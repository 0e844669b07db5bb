"""Addresses of citizens' sensors, within those of the sensors."""

from django.urls import path

from steuerrad.modules.sensors.citizen import hooks, views

urlpatterns = [
    path("sensors/push/", hooks.push, name="push"),
    path("sensors/citizen/", views.sensors, name="citizen"),
    path("sensors/citizen/new/", views.register, name="citizen_new"),
    path("sensors/citizen/<int:pk>/key/", views.renew, name="citizen_key"),
    path("sensors/citizen/<int:pk>/withdraw/", views.withdraw, name="citizen_withdraw"),
    path("sensors/citizen/<int:pk>/release/", views.release, name="citizen_release"),
    path("sensors/citizen/<int:pk>/delete/", views.delete, name="citizen_delete"),
]
