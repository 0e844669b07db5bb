"""All reads of the portfolio."""
