"""The same store as tables in PostgreSQL, for installations of several machines. See docs/adr/0016."""
