"""What every part of Steuerrad stands on: the registry of modules, their contributions, events and the clock.

No models, no pages, nothing of a city.
"""
