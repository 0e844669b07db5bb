"""Shared look of every page: base templates, partials, charts, static files."""
