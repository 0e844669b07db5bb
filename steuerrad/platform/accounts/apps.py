from steuerrad.kernel.apps import ModuleConfig


class AccountsConfig(ModuleConfig):
    name = "steuerrad.platform.accounts"

    def ready(self) -> None:
        super().ready()
        import steuerrad.platform.accounts.adapters  # noqa: F401 - connects the signals
