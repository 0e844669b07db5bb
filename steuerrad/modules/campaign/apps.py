from steuerrad.kernel.apps import ModuleConfig


class CampaignConfig(ModuleConfig):
    name = "steuerrad.modules.campaign"
