"""Figures of the climate as pure functions over NumPy arrays; thresholds and their sources are in levels.toml."""
