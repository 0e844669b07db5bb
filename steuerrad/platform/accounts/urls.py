from django.urls import path, re_path

from steuerrad.platform.accounts import views

app_name = "sign_in"
urlpatterns = [
    path("new/", views.new_link, name="new"),
    re_path(r"^(?P<token>[A-Za-z0-9_-]{43})/$", views.link, name="link"),
]
