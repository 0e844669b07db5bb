from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "steuerrad.platform.ui"
    label = "ui"
