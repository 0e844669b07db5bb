from steuerrad.kernel.apps import ModuleConfig


class OrganisationsConfig(ModuleConfig):
    name = "steuerrad.platform.organisations"
