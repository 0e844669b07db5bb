from django.urls import path

from steuerrad.platform.datasets import views

app_name = "datasets"
urlpatterns = [
    path("", views.dataset_list, name="list"),
    path("<str:dataset_id>.<str:kind>", views.download, name="download"),
    path("<str:dataset_id>/", views.dataset_page, name="detail"),
]
