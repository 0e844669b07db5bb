from steuerrad.kernel.apps import ModuleConfig


class AccountsConfig(ModuleConfig):
    name = "steuerrad.platform.accounts"
