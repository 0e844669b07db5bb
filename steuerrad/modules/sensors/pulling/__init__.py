"""Fetching figures that others publish: by a schedule, within bounds, and only what is new."""
