"""File formats of makers, as data: one TOML file a format."""
