"""Pages of the data campaign: parse, ask, render."""
