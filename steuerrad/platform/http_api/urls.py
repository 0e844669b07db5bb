from django.urls import path

from steuerrad.platform.http_api import views

app_name = "http_api"
urlpatterns = [
    path("", views.reference, name="reference"),
    path("keys/", views.tokens, name="tokens"),
    path("keys/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
