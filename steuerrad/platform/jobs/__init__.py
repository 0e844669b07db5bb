"""Work that is due by the clock: which job ran when, and how it ended."""
