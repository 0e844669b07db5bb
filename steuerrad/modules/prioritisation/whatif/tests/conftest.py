"""Holds for the tests of the what-if."""

from steuerrad.modules.prioritisation.whatif.tests.stage import raw_stage, stage

__all__ = ["raw_stage", "stage"]
