"""What the choice contributes to the module."""

from __future__ import annotations

from steuerrad.modules.prioritisation.choice.datasets import DATASETS
from steuerrad.modules.prioritisation.choice.demo import DEMO
from steuerrad.modules.prioritisation.choice.permissions import PERMISSIONS
from steuerrad.modules.prioritisation.choice.running import JOBS, PUBLISHES
from steuerrad.modules.prioritisation.choice.search import SEARCH

__all__ = ["DATASETS", "DEMO", "JOBS", "PERMISSIONS", "PUBLISHES", "SEARCH"]
