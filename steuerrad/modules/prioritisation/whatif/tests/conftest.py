"""Holds for the tests of the what-if."""

from steuerrad.modules.prioritisation.whatif.tests.stage import stage

__all__ = ["stage"]
