from steuerrad.kernel.apps import ModuleConfig


class ObservationsConfig(ModuleConfig):
    name = "steuerrad.platform.observations"
