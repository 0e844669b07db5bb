"""All writes of the data campaign."""
