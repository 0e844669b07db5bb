"""Pure rules of the strategy: states, periods, codes, the audit. No Django."""
