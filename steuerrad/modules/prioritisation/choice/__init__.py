"""Choosing measures under a budget: studies with assumed effects, the portfolio that follows, and why."""
