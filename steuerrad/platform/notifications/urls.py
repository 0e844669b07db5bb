from django.urls import path

from steuerrad.platform.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.own_list, name="list"),
    path("read/", views.read, name="read"),
    path("<int:pk>/", views.follow, name="follow"),
    path("preferences/", views.preferences, name="preferences"),
    path("mail/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
