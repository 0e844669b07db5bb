from steuerrad.kernel.apps import ModuleConfig


class CityConfig(ModuleConfig):
    name = "steuerrad.platform.city"
