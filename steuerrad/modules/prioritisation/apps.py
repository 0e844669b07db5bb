from steuerrad.kernel.apps import ModuleConfig


class PrioritisationConfig(ModuleConfig):
    name = "steuerrad.modules.prioritisation"
