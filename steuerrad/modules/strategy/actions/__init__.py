"""All writes of the strategy: rule, save, audit, event; one function is one use case."""
