"""Prioritisation: say here what it is for, who uses it, and which of the glossary's words it owns."""
