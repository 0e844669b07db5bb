"""All reads of the data campaign."""
