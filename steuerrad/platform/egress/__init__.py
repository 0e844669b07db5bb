"""Calling other machines: only hosts that the operator allows, bounded in time and size, never by a detour into the own network."""
