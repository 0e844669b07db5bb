from django.urls import path

from steuerrad.portal import legal, views

urlpatterns = [
    path("", views.home, name="home"),
    path("imprint/", legal.imprint, name="imprint"),
    path("privacy/", legal.privacy, name="privacy"),
    path("accessibility/", legal.accessibility, name="accessibility"),
    path("sources/", legal.sources, name="sources"),
    path("search/", views.search, name="search"),
]
