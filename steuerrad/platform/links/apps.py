from steuerrad.kernel.apps import ModuleConfig


class LinksConfig(ModuleConfig):
    name = "steuerrad.platform.links"
