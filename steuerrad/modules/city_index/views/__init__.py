"""Pages of the index: parse, ask, render."""
