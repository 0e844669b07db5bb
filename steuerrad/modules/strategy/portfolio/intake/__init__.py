"""Filled workbooks of the portfolio: read, compared, shown, and only then written."""
