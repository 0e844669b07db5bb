"""How hard tests with random input try: the usual effort suits a run beside work, STEUERRAD_TEST_EFFORT=10 a night."""

from __future__ import annotations

import os

EFFORT = float(os.environ.get("STEUERRAD_TEST_EFFORT", "1"))


def tries(usual: int) -> int:
    """So many examples where a run with the usual effort takes `usual`."""
    return max(1, round(usual * EFFORT))
