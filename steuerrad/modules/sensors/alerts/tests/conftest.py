"""The store of the tests of quality control serves here, too."""

from steuerrad.modules.sensors.quality.tests.test_running import store

__all__ = ["store"]
