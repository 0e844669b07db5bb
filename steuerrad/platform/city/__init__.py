"""The city that this installation runs, its documents, and loading its folder."""
