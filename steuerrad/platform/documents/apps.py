from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "steuerrad.platform.documents"
    label = "documents"
