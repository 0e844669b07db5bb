from django.urls import path

from steuerrad.modules.campaign import views

app_name = "campaign"
urlpatterns = [path("", views.index, name="index")]
