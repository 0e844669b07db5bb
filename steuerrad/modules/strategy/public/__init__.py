"""The public information portal: what the city does, what it costs and where it stands, in plain words.

Nothing here reads what is not released: values and statuses count only once released (models.proposals), money and
milestones come from released status reports alone.
"""
