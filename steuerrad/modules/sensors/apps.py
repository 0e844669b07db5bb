from steuerrad.kernel.apps import ModuleConfig


class SensorsConfig(ModuleConfig):
    name = "steuerrad.modules.sensors"
