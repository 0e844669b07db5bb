from steuerrad.kernel.apps import ModuleConfig


class CityIndexConfig(ModuleConfig):
    name = "steuerrad.modules.city_index"
