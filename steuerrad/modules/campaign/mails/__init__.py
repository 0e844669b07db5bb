"""What people are told about campaigns: openings, hand-overs, reminders, escalation, a daily summary.

All is derived from what stands in the database, by a job that may run as often as it likes: a key for each thing that is
told makes sure that it is told once. A crash therefore loses nothing and repeats nothing.
"""
