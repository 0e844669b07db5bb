"""What the choice contributes to the module."""

from __future__ import annotations

from steuerrad.modules.prioritisation.choice.datasets import DATASETS
from steuerrad.modules.prioritisation.choice.demo import DEMO
from steuerrad.modules.prioritisation.choice.permissions import PERMISSIONS
from steuerrad.modules.prioritisation.choice.running import JOBS, PUBLISHES

__all__ = ["DATASETS", "DEMO", "JOBS", "PERMISSIONS", "PUBLISHES"]
