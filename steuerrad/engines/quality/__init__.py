"""Quality control of measured series: tests, flags, planted faults and scores. NumPy and SciPy only.

See docs/explanation/sensor-quality.md and docs/adr/0020-quality-control.md.
"""

from steuerrad.engines.quality.checking import ENGINE_VERSION, Checked, check
from steuerrad.engines.quality.cross_checks import NotAbove, NotWhile, Rule, cross_check, rules
from steuerrad.engines.quality.flags import Flag, bad, named, worst
from steuerrad.engines.quality.gaps import Gaps, gaps
from steuerrad.engines.quality.neighbours import apart, differences, drift, residuals
from steuerrad.engines.quality.parameters import (
    HOUR,
    Drift,
    Gap,
    Neighbours,
    ParameterError,
    Parameters,
    parameters,
)

__all__ = [
    "ENGINE_VERSION", "HOUR", "Checked", "Drift", "Flag", "Gap", "Gaps", "Neighbours", "NotAbove", "NotWhile",
    "ParameterError", "Parameters", "Rule", "apart", "bad", "check", "cross_check", "differences", "drift", "gaps", "named",
    "parameters", "residuals", "rules", "worst",
]  # fmt: skip
