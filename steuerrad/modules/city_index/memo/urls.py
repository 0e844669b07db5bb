"""Addresses of the memo, below those of the index."""

from django.urls import path

from steuerrad.modules.city_index.memo import views

PLACE = "<slug:city>/<int:year>/"
urlpatterns = [
    path("", views.memos, name="memos"),
    path(PLACE, views.memo, name="memo"),
    path(f"{PLACE}begin/", views.begin, name="memo_begin"),
    path(f"{PLACE}edit/", views.edit, name="memo_edit"),
    path(f"{PLACE}refresh/", views.refresh, name="memo_refresh"),
    path(f"{PLACE}release/", views.release, name="memo_release"),
    path(f"{PLACE}v<int:version>.<str:form>", views.download, name="memo_download"),
]
