"""The table of contents: the modules that run here, in the order of the navigation."""

MODULES = (
    "steuerrad.modules.strategy",
    "steuerrad.modules.city_index",
    "steuerrad.modules.campaign",
    "steuerrad.modules.prioritisation",
    "steuerrad.modules.sensors",
    "steuerrad.modules.climate",
)

PLATFORM = (
    "steuerrad.platform.ui",
    "steuerrad.platform.accounts",
    "steuerrad.platform.city",
    "steuerrad.platform.organisations",
    "steuerrad.platform.audit",
    "steuerrad.platform.jobs",
    "steuerrad.platform.files",
    "steuerrad.platform.notifications",
    "steuerrad.platform.observations",
    "steuerrad.platform.links",
    "steuerrad.platform.datasets",
    "steuerrad.platform.documents",
    "steuerrad.platform.http_api",
)
