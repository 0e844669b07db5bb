"""Words that several kinds of contributions share."""

from __future__ import annotations

from typing import Any, Literal

Better = Literal["up", "down", "none", "target"]
Quality = Literal["measured", "extrapolated", "higher_level", "estimated", "personal_estimate", "unknown"]
Text = Any  # a str or Django's lazy translation
