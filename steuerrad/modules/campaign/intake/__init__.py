"""Answers from filled workbooks and CSV files: read, compared, shown, and only then written."""
