from steuerrad.kernel.apps import ModuleConfig


class AuditConfig(ModuleConfig):
    name = "steuerrad.platform.audit"
