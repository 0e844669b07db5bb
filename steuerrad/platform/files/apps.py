from steuerrad.kernel.apps import ModuleConfig


class FilesConfig(ModuleConfig):
    name = "steuerrad.platform.files"
