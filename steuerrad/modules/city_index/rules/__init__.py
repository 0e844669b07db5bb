"""Audit of index results: pure rules over typed figures, free of Django.

Start at ``audit.audit_report`` (a typed report), ``reproduce.reproduce`` (published figures of all cities)
and ``consistency.ranking_conflicts`` (published rankings).
"""
