from steuerrad.kernel.apps import ModuleConfig


class NotificationsConfig(ModuleConfig):
    name = "steuerrad.platform.notifications"
