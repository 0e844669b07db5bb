"""All writes of the portfolio: check the right, apply the rule, save, log, tell."""
