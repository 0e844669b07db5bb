"""Deciding with numbers: what-if on an index with honest uncertainty, and the choice of measures under a budget."""
