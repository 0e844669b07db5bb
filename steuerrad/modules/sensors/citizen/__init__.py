"""Sensors of citizens: registered by themselves, with keys of their own, shown apart."""
