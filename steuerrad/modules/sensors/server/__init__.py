"""The data server: the one process that owns the store, with a fast way in for observations (ADR 0018)."""
