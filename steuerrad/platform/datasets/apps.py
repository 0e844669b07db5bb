from steuerrad.kernel.apps import ModuleConfig


class DatasetsConfig(ModuleConfig):
    name = "steuerrad.platform.datasets"
