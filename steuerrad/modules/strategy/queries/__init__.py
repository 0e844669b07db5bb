"""All reads of the strategy.

The strategy is open to everybody, so the queries need no person; what is not open (the audit trail, the forms)
is asked for with its own right in the views.
"""
