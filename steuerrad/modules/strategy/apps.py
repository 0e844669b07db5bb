from steuerrad.kernel.apps import ModuleConfig


class StrategyConfig(ModuleConfig):
    name = "steuerrad.modules.strategy"
