from steuerrad.kernel.apps import ModuleConfig


class JobsConfig(ModuleConfig):
    name = "steuerrad.platform.jobs"
