from django.urls import path

from steuerrad.platform.jobs.views import overview

app_name = "jobs"
urlpatterns = [path("", overview, name="list")]
