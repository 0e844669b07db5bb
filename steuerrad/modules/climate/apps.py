from steuerrad.kernel.apps import ModuleConfig


class ClimateConfig(ModuleConfig):
    name = "steuerrad.modules.climate"
