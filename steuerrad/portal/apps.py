from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "steuerrad.portal"

    def ready(self) -> None:
        import steuerrad.kernel.checks  # noqa: F401 - registers the system checks
