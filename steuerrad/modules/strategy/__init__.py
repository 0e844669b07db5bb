"""The strategy: themes, fields, measures, KPIs, targets, and what in it does not add up.

Read by everybody; kept by the digital office and the organisations that lead measures.
"""
