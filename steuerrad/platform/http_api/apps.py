from steuerrad.kernel.apps import ModuleConfig


class HttpApiConfig(ModuleConfig):
    name = "steuerrad.platform.http_api"
