"""The append-only log of every write: who did what to which object, when and why."""
