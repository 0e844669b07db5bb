from django.urls import path

from steuerrad.portal import audit_views as views

app_name = "audit"
urlpatterns = [path("", views.log, name="log")]
